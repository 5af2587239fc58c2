import Foundation
import Synchronization

/// A PostgreSQL server on loopback, in a folder that is removed when the process ends.
public final class PostgreSQLServer: Sendable {
    /// What could not be done.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    private static let programs = [
        "/usr/lib/postgresql/18/bin", "/usr/lib/postgresql/17/bin", "/usr/lib/postgresql/16/bin",
        "/usr/lib/postgresql/15/bin", "/opt/homebrew/bin", "/usr/local/bin",
    ]
    private static let started = Mutex<PostgreSQLServer?>(nil)
    private static let lastDatabase = Atomic(0)

    public let port: Int
    private let folder: String
    private let programs: String
    private let process = Mutex<Process?>(nil)

    /// The server that the tests of a process share; started by the first of them.
    public static func shared() throws -> PostgreSQLServer {
        try started.withLock { server in
            if let server { return server }
            let new = try PostgreSQLServer()
            try new.start()
            server = new
            atexit { PostgreSQLServer.end() }
            return new
        }
    }

    private static func end() {
        started.withLock { server in
            server?.remove()
            server = nil
        }
    }

    /// Prepares a server of its own, for tests that stop it.
    public init() throws {
        guard
            let programs = Self.programs.first(where: { FileManager.default.isExecutableFile(atPath: "\($0)/initdb") })
        else { throw Failure(description: "PostgreSQL is not installed; run Scripts/bootstrap --services") }
        self.programs = programs
        port = try FreePort.next()
        folder = NSTemporaryDirectory() + "wf-postgres-\(getpid())-\(port)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try "secret".write(toFile: "\(folder)/password", atomically: true, encoding: .utf8)
        if getuid() == 0 { try Command.run("/bin/chown", ["-R", "nobody", folder]) }
        try run(
            "initdb",
            [
                "-D", "\(folder)/data", "-U", "app", "-A", "scram-sha-256", "--pwfile=\(folder)/password", "--no-sync",
                "-E", "UTF8", "--locale=C.UTF-8",
            ])
    }

    /// Starts the server and waits until it answers.
    ///
    /// - Parameter options: Settings, such as `max_connections=20`.
    public func start(_ options: [String] = []) throws {
        let settings =
            ["listen_addresses=127.0.0.1", "fsync=off", "full_page_writes=off", "max_connections=200"] + options
        let arguments = ["-D", "\(folder)/data", "-p", "\(port)", "-k", folder] + settings.flatMap { ["-c", $0] }
        let server = Command.process(command("postgres", arguments))
        let log = "\(folder)/log"
        try Data().write(to: URL(fileURLWithPath: log))
        server.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        server.standardError = server.standardOutput
        try server.run()
        process.withLock { $0 = server }
        for _ in 0..<600 {
            guard server.isRunning else { break }
            if (try? Command.run("\(programs)/pg_isready", ["-q", "-h", "127.0.0.1", "-p", "\(port)"])) != nil {
                return
            }
            usleep(50_000)
        }
        let text = try String(contentsOfFile: log, encoding: .utf8)
        throw Failure(description: "PostgreSQL did not start: \(text.suffix(1000))")
    }

    /// Stops the server: cuts all connections.
    ///
    /// - Parameter immediately: As a crash would.
    public func stop(immediately: Bool = false) {
        let server = process.withLock { process in
            defer { process = nil }
            return process
        }
        guard let server else { return }
        _ = kill(server.processIdentifier, immediately ? SIGQUIT : SIGINT)
        server.waitUntilExit()
    }

    /// Ends the server and removes its folder.
    public func remove() {
        stop(immediately: true)
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Creates an empty database.
    ///
    /// - Returns: Its connection string.
    public func database() throws -> String {
        let name = "test\(Self.lastDatabase.add(1, ordering: .relaxed).newValue)"
        try psql("postgres", "CREATE DATABASE \(name)")
        return dsn(name)
    }

    /// The connection string of a database.
    public func dsn(_ name: String = "postgres", user: String = "app", password: String = "secret") -> String {
        "postgres://\(user):\(password)@127.0.0.1:\(port)/\(name)"
    }

    /// Runs a statement.
    ///
    /// - Returns: What it returned, without headings.
    @discardableResult
    public func psql(_ database: String, _ sql: String) throws -> String {
        try Command.run(
            "\(programs)/psql", ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", dsn(database), "-c", sql])
    }

    /// Runs a program of PostgreSQL.
    private func run(_ program: String, _ arguments: [String]) throws {
        let command = command(program, arguments)
        try Command.run(command[0], Array(command.dropFirst()))
    }

    /// A program of PostgreSQL, which refuses to be run by root.
    private func command(_ program: String, _ arguments: [String]) -> [String] {
        let user = ["/usr/bin/setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        return (getuid() == 0 ? user : []) + ["\(programs)/\(program)"] + arguments
    }
}
