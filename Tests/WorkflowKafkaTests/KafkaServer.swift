#if Kafka
import Foundation
import Synchronization
import TestServices

/// A Kafka broker on loopback, in a folder that is removed at the end.
final class KafkaServer: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Where the program is; `nil` when it is not installed.
    static let program = programs.first { FileManager.default.isExecutableFile(atPath: $0) }
    static let isMissing = "the Kafka broker of the tests is not installed; run Scripts/bootstrap --services"

    private static var programs: [String] {
        var places: [String] = []
        if let place = ProcessInfo.processInfo.environment["KAFKA_BROKER"] { places.append(place) }
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let libraries = root.appendingPathComponent(".venv/lib").path
        // Without a folder there is no program in it.
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: libraries)) ?? []
        places += versions.sorted().map { "\(libraries)/\($0)/site-packages/noida_db/noida-db" }
        return places
    }

    let port: Int
    private let folder: String
    private let process = Mutex<Process?>(nil)

    /// The address.
    var address: String { "127.0.0.1:\(port)" }

    private init() throws {
        port = try FreePort.next()
        folder = NSTemporaryDirectory() + "wf-kafka-\(getpid())-\(port)"
        try FileManager.default.createDirectory(atPath: "\(folder)/data", withIntermediateDirectories: true)
    }

    /// Lends a broker that runs.
    ///
    /// - Parameter isStarted: Whether it runs at first.
    static func with(isStarted: Bool = true, _ body: (KafkaServer) async throws -> Void) async throws {
        let server = try KafkaServer()
        defer { server.remove() }
        if isStarted { try await server.start() }
        try await body(server)
    }

    /// Starts the broker and returns when it answers.
    func start() async throws {
        guard let program = Self.program else { throw Failure(description: Self.isMissing) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = [
            "start", "--data-dir", "\(folder)/data", "--host", "127.0.0.1", "--only", "kafka", "--kafka-port",
            "\(port)",
        ]
        process.standardInput = FileHandle.nullDevice
        let log = "\(folder)/log"
        try Data().write(to: URL(fileURLWithPath: log))
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        process.standardError = process.standardOutput
        try Self.withoutBlockedSignals { try process.run() }
        self.process.withLock { $0 = process }
        let end = ContinuousClock.now + .seconds(20)
        while !accepts() {
            guard process.isRunning, ContinuousClock.now < end else {
                let text = try String(contentsOfFile: log, encoding: .utf8)
                throw Failure(description: "the Kafka broker did not start: \(text.suffix(1000))")
            }
            await Task.yield()
        }
    }

    /// Calls `body` with all signals let through, which a program that it starts inherits: threads of Swift concurrency
    /// block them, and the broker could not be asked to end.
    private static func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try body()
    }

    private func accepts() -> Bool {
        #if canImport(Glibc)
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
        let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    /// Ends the broker; what it has acknowledged stays, unless something is published at the same moment.
    func stop() {
        let process = process.withLock { process in
            defer { process = nil }
            return process
        }
        guard let process else { return }
        process.terminate()
        process.waitUntilExit()
    }

    private func remove() {
        stop()
        do {
            try FileManager.default.removeItem(atPath: folder)
        } catch {
            FileHandle.standardError.write(Data("\(folder) could not be removed: \(error)\n".utf8))
        }
    }
}
#endif
