/// Where a backend is: scheme, host, port and the beginning of its paths.
struct BackendURL: Sendable, Hashable, CustomStringConvertible {
    let isSecure: Bool
    let host: String
    let port: Int
    /// Put before the path of each request; empty or `/something`, without a final slash.
    let basePath: String

    /// Parses `http://host:port/base`.
    ///
    /// - Throws: ``BackendURLError`` that says what is wrong.
    init(_ text: String) throws(BackendURLError) {
        let lowercased = text.lowercased()
        let rest: Substring
        if lowercased.hasPrefix("http://") {
            (isSecure, rest) = (false, text.dropFirst(7))
        } else if lowercased.hasPrefix("https://") {
            (isSecure, rest) = (true, text.dropFirst(8))
        } else {
            throw BackendURLError("must be a URL such as http://127.0.0.1:9001")
        }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let authority = rest[..<slash]
        guard !authority.contains("@") else {
            throw BackendURLError("must not hold a user or a password")
        }
        guard !authority.isEmpty, RequestTarget.isValidAuthority(authority.utf8) else {
            throw BackendURLError("has no valid host")
        }
        let path = rest[slash...]
        guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !path.contains("?"), !path.contains("#") else {
            throw BackendURLError("must not have a query, a fragment or a blank")
        }
        var base = path[...]
        while base.hasSuffix("/") { base = base.dropLast() }
        basePath = String(base)
        (host, port) = try Self.hostAndPort(authority, defaultPort: isSecure ? 443 : 80)
    }

    private static func hostAndPort(
        _ authority: Substring, defaultPort: Int
    ) throws(BackendURLError) -> (String, Int) {
        var host = authority
        var port = defaultPort
        let portStart = authority.lastIndex(of: ":")
        if let portStart, !authority[portStart...].contains("]") {
            host = authority[..<portStart]
            guard let number = UInt16(authority[authority.index(after: portStart)...]), number > 0 else {
                throw BackendURLError("has a port that is none")
            }
            port = Int(number)
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty else { throw BackendURLError("has no valid host") }
        return (String(host), port)
    }

    /// The value of `host` for requests.
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }

    var description: String { "\(isSecure ? "https" : "http")://\(authority)\(basePath)" }
}

/// Text that is not a ``BackendURL``.
struct BackendURLError: Error, Sendable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
