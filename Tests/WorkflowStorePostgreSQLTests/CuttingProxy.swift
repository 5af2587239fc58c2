#if PostgreSQL && canImport(Glibc)
import Foundation
import Glibc
import Synchronization
import TestServices
import WorkflowCore

/// Stands between a client and a PostgreSQL server, and cuts the connection at the next commit when a test says so.
final class CuttingProxy: Sendable {
    /// Where the connection is cut.
    enum Cut: Sendable {
        /// The server gets the commit, the client no answer.
        case answer
        /// The server gets no commit, and does not know either that the client is gone.
        case commit
    }

    private struct State {
        var cut: Cut?
        var whenCut: @Sendable () -> Void = {}
        var cuts = 0
        var isRefusing = false
        var descriptors: Set<Int32> = []
    }

    let port: Int
    private let target: Int
    private let listener: Int32
    private let state = Mutex(State())

    init(to target: Int) throws {
        self.target = target
        port = try FreePort.next()
        listener = Self.socket()
        var on: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        guard Self.call(bind, listener, port) == 0, listen(listener, 16) == 0 else {
            throw StoreError(.unavailable, "the proxy cannot listen at \(port)")
        }
        Thread.detachNewThread { [self] in accept() }
    }

    /// How many connections were cut.
    var cuts: Int { state.withLock { $0.cuts } }

    /// Cuts the next connection that commits something.
    ///
    /// - Parameters:
    ///   - cut: Where.
    ///   - isRefusing: Whether nobody can connect from then on.
    ///   - whenCut: Called before the client notices.
    func cutNext(_ cut: Cut, thenRefusing isRefusing: Bool = false, _ whenCut: @escaping @Sendable () -> Void = {}) {
        state.withLock { state in
            state.cut = cut
            state.whenCut = { [weak self] in
                if isRefusing { self?.state.withLock { $0.isRefusing = true } }
                whenCut()
            }
        }
    }

    /// Ends everything.
    func close() {
        shutdown(listener, Int32(SHUT_RDWR))
        _ = Glibc.close(listener)
        for descriptor in state.withLock({ $0.descriptors }) { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    private func accept() {
        while true {
            let client = Glibc.accept(listener, nil, nil)
            guard client >= 0 else { return }
            let server = Self.socket()
            guard !state.withLock({ $0.isRefusing }), Self.call(connect, server, target) == 0 else {
                for descriptor in [client, server] { _ = Glibc.close(descriptor) }
                continue
            }
            state.withLock { $0.descriptors.formUnion([client, server]) }
            let shared = Shared()
            Thread.detachNewThread { [self] in requests(client, server, shared) }
            Thread.detachNewThread { [self] in answers(client, server, shared) }
        }
    }

    private final class Shared: Sendable {
        let isMute = Atomic(false)
    }

    private func requests(_ client: Int32, _ server: Int32, _ shared: Shared) {
        let commit = Array("COMMIT\0".utf8)
        while let bytes = Self.receive(client) {
            let cut =
                bytes.firstRange(of: commit) == nil
                ? nil
                : state.withLock { state in
                    defer { state.cut = nil }
                    return state.cut
                }
            switch cut {
            case .commit:
                told()
                shutdown(client, Int32(SHUT_RDWR))
                return
            case .answer: shared.isMute.store(true, ordering: .sequentiallyConsistent)
            case nil: break
            }
            Self.send(bytes, to: server)
        }
        if !shared.isMute.load(ordering: .sequentiallyConsistent) { shutdown(server, Int32(SHUT_RDWR)) }
    }

    private func answers(_ client: Int32, _ server: Int32, _ shared: Shared) {
        while let bytes = Self.receive(server) {
            if shared.isMute.load(ordering: .sequentiallyConsistent) {
                told()
                break
            }
            Self.send(bytes, to: client)
        }
        shutdown(client, Int32(SHUT_RDWR))
    }

    private func told() {
        let whenCut = state.withLock { state in
            state.cuts += 1
            return state.whenCut
        }
        whenCut()
    }

    private static func socket() -> Int32 { Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }

    private static func call(
        _ body: (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32, _ descriptor: Int32, _ port: Int
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private static func receive(_ descriptor: Int32) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    private static func send(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
#endif
