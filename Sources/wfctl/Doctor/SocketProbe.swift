import Foundation

/// Tries whether a port is free, and whether a server can be reached.
enum SocketProbe {
    private static let patience: Int32 = 3000

    /// Binds an address and lets go of it.
    ///
    /// - Parameters:
    ///   - host: A name or address; empty for all of this machine.
    ///   - port: The port.
    /// - Returns: Why that does not work, or `nil`.
    static func listen(host: String, port: String) -> String? {
        attempt(host: host, port: port, flags: AI_PASSIVE) { descriptor, address in
            var yes: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
            guard bind(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0 else { return reason }
            return Foundation.listen(descriptor, 1) == 0 ? nil : reason
        }
    }

    /// Opens a connection and closes it.
    ///
    /// - Returns: Why that does not work within three seconds, or `nil`.
    static func connect(host: String, port: String) -> String? {
        attempt(host: host, port: port, flags: 0) { descriptor, address in
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
            if Foundation.connect(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0 { return nil }
            guard errno == EINPROGRESS else { return reason }
            var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard Foundation.poll(&poll, 1, patience) == 1 else { return "it does not answer" }
            var code: Int32 = 0
            var length = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
            return code == 0 ? nil : String(cString: strerror(code)).lowercased()
        }
    }

    private static var reason: String { String(cString: strerror(errno)).lowercased() }

    /// Tries the addresses of a host until one works.
    private static func attempt(
        host: String, port: String, flags: Int32,
        _ body: (Int32, UnsafeMutablePointer<addrinfo>) -> String?
    ) -> String? {
        var hints = addrinfo()
        hints.ai_flags = flags
        #if os(Linux)
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
        hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host.isEmpty ? nil : host, port, &hints, &list)
        guard code == 0, let first = list else { return String(cString: gai_strerror(code)).lowercased() }
        defer { freeaddrinfo(first) }
        var problem = "there is no such address"
        var next: UnsafeMutablePointer<addrinfo>? = first
        while let address = next {
            next = address.pointee.ai_next
            let descriptor = socket(address.pointee.ai_family, address.pointee.ai_socktype, address.pointee.ai_protocol)
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            guard let failure = body(descriptor, address) else { return nil }
            problem = failure
        }
        return problem
    }
}
