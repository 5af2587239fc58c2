import Foundation

/// Programs that tests run.
enum Command {
    /// Runs a program to its end.
    ///
    /// - Returns: Its standard output.
    /// - Throws: ``PostgreSQLServer/Failure`` with its standard error when it fails.
    @discardableResult
    static func run(_ path: String, _ arguments: [String]) throws -> String {
        let process = process([path] + arguments)
        let output = NSTemporaryDirectory() + "wf-command-\(UUID().uuidString)"
        try Data().write(to: URL(fileURLWithPath: output))
        defer { try? FileManager.default.removeItem(atPath: output) }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        process.waitUntilExit()
        try handle.close()
        let text = try String(contentsOfFile: output, encoding: .utf8)
        guard process.terminationStatus == 0 else {
            throw PostgreSQLServer.Failure(
                description: "\(path) ended with \(process.terminationStatus): \(text.suffix(1000))")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// A program that is not started yet.
    static func process(_ command: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.standardInput = FileHandle.nullDevice
        return process
    }
}
