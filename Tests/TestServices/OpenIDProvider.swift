import Foundation
import Synchronization

/// An OpenID provider on loopback, in a process of its own.
public final class OpenIDProvider: Sendable {
    /// What could not be done.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    private static let started = Mutex<OpenIDProvider?>(nil)

    /// The issuer, such as `http://127.0.0.1:12345`.
    public let issuer: String
    private let process: Process
    /// The provider ends when nobody holds the other end any more.
    private let input: Pipe

    /// The provider that the tests of a process share; started by the first of them.
    public static func shared() throws -> OpenIDProvider {
        try started.withLock { provider in
            if let provider { return provider }
            let new = try OpenIDProvider()
            provider = new
            atexit { OpenIDProvider.end() }
            return new
        }
    }

    /// Calls `body` with a provider of its own, which nobody else notices the changes of.
    public static func with(_ body: (OpenIDProvider) async throws -> Void) async throws {
        let provider = try OpenIDProvider()
        defer { provider.stop() }
        try await body(provider)
    }

    private static func end() {
        started.withLock { provider in
            provider?.stop()
            provider = nil
        }
    }

    private init() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let python = root.deletingLastPathComponent().appendingPathComponent(".venv/bin/python").path
        let script = root.appendingPathComponent("Services/oidc_provider.py").path
        guard FileManager.default.isExecutableFile(atPath: python) else {
            throw Failure(description: "The provider is not installed; run Scripts/bootstrap --services")
        }
        let port = try FreePort.next()
        issuer = "http://127.0.0.1:\(port)"
        let log = NSTemporaryDirectory() + "wf-openid-\(getpid())-\(port)"
        try Data().write(to: URL(fileURLWithPath: log))
        defer { try? FileManager.default.removeItem(atPath: log) }
        let (process, input) = (Command.process([python, script, "\(port)"]), Pipe())
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        process.standardError = process.standardOutput
        process.standardInput = input
        (self.process, self.input) = (process, input)
        try process.run()
        for _ in 0..<600 {
            guard process.isRunning else { break }
            if FreePort.isListening(port) { return }
            usleep(50_000)
        }
        stop()
        let text = try String(contentsOfFile: log, encoding: .utf8)
        throw Failure(description: "The provider did not start: \(text.suffix(1000))")
    }

    // Not with a signal: a process that is started on a thread of a task has them blocked.
    private func stop() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
