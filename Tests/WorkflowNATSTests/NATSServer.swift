#if NATS
import Foundation
import Synchronization
import TestServices

/// A NATS server on loopback, in a folder that is removed when the process ends.
final class NATSServer: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private static let programs = [
        "/usr/sbin/nats-server", "/usr/bin/nats-server", "/usr/local/bin/nats-server", "/opt/homebrew/bin/nats-server",
    ]

    /// Where the program is; `nil` when it is not installed.
    static let program = programs.first { FileManager.default.isExecutableFile(atPath: $0) }
    static let isMissing = "nats-server is not installed; run Scripts/bootstrap --services"

    let port: Int
    private let folder: String
    private let options: [String]
    private let isJetStream: Bool
    private let process = Mutex<Process?>(nil)

    /// The address.
    var url: String { "nats://127.0.0.1:\(port)" }

    private init(_ options: [String], isJetStream: Bool) throws {
        port = try FreePort.next()
        folder = NSTemporaryDirectory() + "wf-nats-\(getpid())-\(port)"
        self.options = options
        self.isJetStream = isJetStream
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    /// Lends a server that runs.
    ///
    /// - Parameters:
    ///   - options: Further arguments.
    ///   - isStarted: Whether it runs at first.
    ///   - isJetStream: Whether it keeps messages.
    static func with(
        _ options: [String] = [], isStarted: Bool = true, isJetStream: Bool = true,
        _ body: (NATSServer) async throws -> Void
    ) async throws {
        let server = try NATSServer(options, isJetStream: isJetStream)
        defer { server.remove() }
        if isStarted { try await server.start() }
        try await body(server)
    }

    /// Starts the server and returns when it answers.
    func start() async throws {
        guard let program = Self.program else { throw Failure(description: Self.isMissing) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments =
            ["-a", "127.0.0.1", "-p", "\(port)", "-l", "\(folder)/log"] + options
            + (isJetStream ? ["-js", "-sd", folder] : [])
        process.standardInput = FileHandle.nullDevice
        try process.run()
        self.process.withLock { $0 = process }
        let end = ContinuousClock.now + .seconds(20)
        while !(try isReady()) {
            guard process.isRunning, ContinuousClock.now < end else {
                throw Failure(description: "nats-server did not start: \(try log().suffix(1000))")
            }
            await Task.yield()
        }
    }

    private func log() throws -> String {
        FileManager.default.fileExists(atPath: "\(folder)/log")
            ? try String(contentsOfFile: "\(folder)/log", encoding: .utf8) : ""
    }

    private func isReady() throws -> Bool {
        let lines = try log().components(separatedBy: "\n")
        let running = process.withLock { $0?.processIdentifier ?? 0 }
        return lines.contains { $0.hasPrefix("[\(running)]") && $0.contains("Server is ready") }
    }

    /// Ends the server as a crash would.
    func kill() {
        let process = process.withLock { process in
            defer { process = nil }
            return process
        }
        guard let process else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Keeps the server from running, as a machine that stands still.
    func pause() { signal(SIGSTOP) }

    /// Lets the server go on.
    func resume() { signal(SIGCONT) }

    private func signal(_ signal: Int32) {
        let id = process.withLock { $0?.processIdentifier }
        if let id { Foundation.kill(id, signal) }
    }

    /// Runs a program to its end.
    static func run(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(program) ended with \(process.terminationStatus)")
        }
    }

    private func remove() {
        kill()
        do {
            try FileManager.default.removeItem(atPath: folder)
        } catch {
            FileHandle.standardError.write(Data("\(folder) could not be removed: \(error)\n".utf8))
        }
    }
}
#endif
