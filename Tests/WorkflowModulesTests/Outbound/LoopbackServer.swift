import Foundation
import Synchronization
import Testing
import WorkflowTesting

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// An HTTP server on a free port of this machine that remembers its requests; each connection takes one.
final class LoopbackServer: Sendable {
    /// A request that came.
    struct Request: Sendable {
        let method: String
        let path: String
        /// The header fields in their order, with names in lower case.
        let headers: [(name: String, value: String)]
        let body: [UInt8]

        subscript(name: String) -> String? { headers.first { $0.name == name }?.value }
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// What is answered.
    struct Answer: Sendable {
        var status = 200
        var headers: [String: String] = [:]
        var body: [UInt8] = []
    }

    let port: Int
    private let listener: Int32
    private let received = Mutex<[Request]>([])

    var requests: [Request] { received.withLock { $0 } }
    var url: String { "http://127.0.0.1:\(port)" }

    private init(_ answer: @escaping @Sendable (Request) -> Answer) throws {
        #if canImport(Darwin)
        let listener = socket(AF_INET, SOCK_STREAM, 0)
        #else
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(listener, raw, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, raw, &length) == 0
            }
        }
        try #require(isBound)
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [self] in
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                if let request = Self.read(connection) {
                    received.withLock { $0.append(request) }
                    Self.write(answer(request), to: connection)
                }
                close(connection)
            }
            close(listener)
        }
    }

    /// Runs a server as long as `body` runs.
    static func run<Result>(
        _ answer: @escaping @Sendable (Request) -> Answer = { _ in Answer() },
        _ body: (LoopbackServer) async throws -> Result
    ) async throws -> Result {
        let server = try LoopbackServer(answer)
        // Ends the waiting `accept`.
        defer { shutdown(server.listener, Int32(SHUT_RDWR)) }
        return try await body(server)
    }

    private static func read(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var head: [String] = []
        var bodyStart: Int?
        var bodyLength = 0
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bodyStart.map({ bytes.count < $0 + bodyLength }) ?? true {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
            guard bodyStart == nil, let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { continue }
            bodyStart = end.upperBound
            head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
            let field = head.first { $0.lowercased().hasPrefix("content-length:") }
            bodyLength = field.flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
        }
        let line = head[0].split(separator: " ")
        let headers = head.dropFirst().map { field in
            let parts = field.split(separator: ":", maxSplits: 1)
            return (
                name: parts[0].lowercased(),
                value: parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
            )
        }
        return Request(
            method: String(line[0]), path: String(line[1]), headers: headers, body: Array(bytes[(bodyStart ?? 0)...]))
    }

    private static func write(_ answer: Answer, to connection: Int32) {
        var head = "HTTP/1.1 \(answer.status) Answer\r\nConnection: close\r\n"
        if answer.status != 204 { head += "Content-Length: \(answer.body.count)\r\n" }
        for (name, value) in answer.headers { head += "\(name): \(value)\r\n" }
        var bytes = (Array((head + "\r\n").utf8) + answer.body)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, 0) }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}

extension LoopbackServer {
    /// Answers the first requests one by one, and all others like the last one.
    static func answers(_ answers: [Answer]) -> @Sendable (Request) -> Answer {
        let count = TestCounter()
        return { _ in answers[min(count.increment(), answers.count) - 1] }
    }
}
