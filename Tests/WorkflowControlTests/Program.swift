import Foundation
import Synchronization
import WorkflowCore

/// A program of this package that runs, and what it prints.
final class Program: Sendable {
    private let process = Process()
    private let output = Capture()
    private let errors = Capture()

    /// The folder of the package.
    static let packageFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// Where the programs are that were built with the tests; `WORKFLOW_BINARIES` names another folder.
    private static let binaries =
        ProcessInfo.processInfo.environment["WORKFLOW_BINARIES"]
        ?? URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - name: The program.
    ///   - arguments: Its arguments.
    ///   - folder: Its working directory.
    ///   - environment: Variables beside those of this process.
    ///   - input: What it reads from standard input.
    init(
        _ name: String, _ arguments: [String], in folder: String, environment: [String: String] = [:],
        input: String = ""
    ) throws {
        process.executableURL = URL(fileURLWithPath: "\(Self.binaries)/\(name)")
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = output.pipe
        process.standardError = errors.pipe
        let pipe = Pipe()
        process.standardInput = pipe
        try process.run()
        output.start()
        errors.start()
        try pipe.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try pipe.fileHandleForWriting.close()
    }

    /// What it printed so far.
    var standardOutput: String { output.text }
    /// Its messages so far.
    var standardError: String { errors.text }

    /// Waits for the end, and returns the exit status.
    func exitStatus() async throws -> Int32 {
        try await eventually("the program ends") { !process.isRunning && output.isAtEnd && errors.isAtEnd }
        return process.terminationStatus
    }

    /// Whether it has not ended.
    var isRunning: Bool { process.isRunning }

    /// Sends a signal.
    func kill(_ signal: Int32) {
        if process.isRunning { Foundation.kill(process.processIdentifier, signal) }
    }

    deinit {
        if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
    }
}

/// What a process writes to one of its streams, read by a thread of its own until the end.
private final class Capture: Sendable {
    let pipe = Pipe()
    private let state = Mutex((text: "", isAtEnd: false))

    func start() {
        let handle = pipe.fileHandleForReading
        Thread { [self] in
            while true {
                let data = handle.availableData
                state.withLock { state in
                    state.text += String(decoding: data, as: UTF8.self)
                    state.isAtEnd = data.isEmpty
                }
                if data.isEmpty { return handle.closeFile() }
            }
        }.start()
    }

    var text: String { state.withLock { $0.text } }
    var isAtEnd: Bool { state.withLock { $0.isAtEnd } }
}

/// Calls `condition` until it is true.
func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw WorkflowError(.limitExceeded, "Never happened: \(what)") }
        try await Task.sleep(for: .milliseconds(10))
    }
}
