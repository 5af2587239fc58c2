#if Redis
import Foundation
import Synchronization
import TestServices
import WorkflowRedis

/// A Redis server on loopback with a folder of its own.
final class RedisServer: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let port: Int
    private let folder: String
    private let password: String
    private let isDurable: Bool
    private let process = Mutex<Process?>(nil)

    /// Runs a test with a server, which is ended whatever happens.
    ///
    /// - Parameter isDurable: Whether nothing that was answered is lost by a crash.
    static func run(
        password: String = "", isDurable: Bool = false, _ body: (RedisServer) async throws -> Void
    ) async throws {
        let server = try await started(password: password, isDurable: isDurable)
        do {
            try await body(server)
        } catch {
            try server.remove()
            throw error
        }
        try server.remove()
    }

    /// A server that has started; another process may take a port that was free a moment before.
    private static func started(password: String, isDurable: Bool) async throws -> RedisServer {
        var attempts = 0
        while true {
            let server = try RedisServer(password: password, isDurable: isDurable)
            do {
                try await server.start()
                return server
            } catch {
                try server.remove()
                attempts += 1
                if attempts == 10 { throw error }
            }
        }
    }

    private init(password: String, isDurable: Bool) throws {
        port = try FreePort.next()
        self.password = password
        self.isDurable = isDurable
        folder = NSTemporaryDirectory() + "wf-redis-\(getpid())-\(port)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    /// The URL with the right password.
    var url: String { "redis://\(password.isEmpty ? "" : ":\(password)@")127.0.0.1:\(port)/0" }

    /// Settings for a client of this server, with short times.
    var settings: RedisSettings {
        get throws {
            var settings = try RedisURL.settings(url)
            settings.commandTimeout = .milliseconds(500)
            settings.connectTimeout = .milliseconds(500)
            settings.reconnectLimit = .milliseconds(50)
            return settings
        }
    }

    /// Starts the server and waits until it answers.
    func start() async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/redis-server")
        process.arguments =
            ["--bind", "127.0.0.1", "--port", "\(port)", "--save", "", "--dir", folder]
            + (isDurable ? ["--appendonly", "yes", "--appendfsync", "always"] : ["--appendonly", "no"])
            + (password.isEmpty ? [] : ["--requirepass", password])
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        self.process.withLock { $0 = process }
        let client = try RedisClient(try settings)
        try await waitUntil("the server answers") {
            guard process.isRunning else { throw Failure(description: "redis-server has ended") }
            return client.status == .connected
        }
        let server = try await client.send("INFO", "server").text ?? ""
        await client.close()
        guard server.contains("process_id:\(process.processIdentifier)\r\n") else {
            throw Failure(description: "another server has the port \(port)")
        }
    }

    /// Ends the server as a crash would.
    func kill() {
        signal(SIGKILL)
        process.withLock { $0?.waitUntilExit() }
    }

    /// Sends the server a signal.
    func signal(_ signal: Int32) {
        process.withLock { process in
            if let process, process.isRunning { _ = Foundation.kill(process.processIdentifier, signal) }
        }
    }

    private func remove() throws {
        signal(SIGCONT)
        kill()
        try FileManager.default.removeItem(atPath: folder)
    }
}

/// Returns when a condition holds.
func waitUntil(_ what: String, _ condition: () async throws -> Bool) async throws {
    let limit = ContinuousClock.now.advanced(by: .seconds(20))
    while try await !condition() {
        guard ContinuousClock.now < limit else { throw RedisServer.Failure(description: "waited too long: \(what)") }
        await Task.yield()
    }
}
#endif
