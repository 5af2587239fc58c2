/// Where a server listens.
///
/// ```swift
/// let address = try ListenAddress("127.0.0.1:8080")
/// let everywhere = try ListenAddress(":8080")
/// let socket = try ListenAddress("unix:/run/app.sock")
/// ```
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    enum Endpoint: Sendable, Hashable {
        /// `host` is `nil` for every address of this machine.
        case tcp(host: String?, port: Int)
        case unix(path: String)
    }

    let endpoint: Endpoint

    /// Port `port` on `host`, or on every address of this machine.
    ///
    /// - Parameters:
    ///   - host: A host name or an IP address; `nil` for every address of this machine.
    ///   - port: The port; 0 lets the system choose one.
    public init(host: String?, port: UInt16) {
        self.endpoint = .tcp(host: host, port: Int(port))
    }

    /// Parses `host:port`, `:port`, `[ipv6]:port` or `unix:/path`.
    ///
    /// - Parameter text: The text to parse.
    /// - Throws: ``ListenAddressError`` which says what is wrong with the text.
    public init(_ text: String) throws(ListenAddressError) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard path.hasPrefix("/") else {
                throw ListenAddressError(text, "the path of a unix socket must begin with '/'")
            }
            // `sockaddr_un` holds 108 bytes on Linux and 104 on Darwin, with the final NUL.
            guard path.utf8.count < 104, !path.utf8.contains(0) else {
                throw ListenAddressError(text, "the path of a unix socket must be shorter than 104 bytes, without NUL")
            }
            self.endpoint = .unix(path: path)
            return
        }
        guard let colon = text.lastIndex(of: ":") else {
            throw ListenAddressError(text, "the port is missing; write 'host:port' or ':port'")
        }
        let digits = text[text.index(after: colon)...]
        guard let port = UInt16(digits), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw ListenAddressError(text, "'\(digits)' is not a port between 0 and 65535")
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw ListenAddressError(text, "an IPv6 address must be written in brackets, such as '[::1]:8080'")
        }
        guard host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }) else {
            throw ListenAddressError(text, "'\(host)' is not a host name")
        }
        self.endpoint = .tcp(host: host.isEmpty || host == "*" ? nil : String(host), port: Int(port))
    }

    public var description: String {
        switch endpoint {
        case .tcp(let host?, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .tcp(nil, let port): ":\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}

/// Text that is not a ``ListenAddress``.
public struct ListenAddressError: Error, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let description: String

    init(_ text: String, _ reason: String) {
        self.description = "'\(text)' is not an address to listen on: \(reason)"
    }
}
