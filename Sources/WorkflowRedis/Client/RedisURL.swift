#if Redis
import WorkflowCore

/// Reads `redis://user:password@host:port/database`.
package enum RedisURL {
    /// What is wrong with a text; it never holds the password.
    package struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
        package let description: String
    }

    /// Reads a URL, or `host:port`.
    ///
    /// - Throws: ``Problem``.
    package static func settings(_ text: String) throws(Problem) -> RedisSettings {
        var rest = text[...]
        if let scheme = text.firstRange(of: "://") {
            switch text[..<scheme.lowerBound].lowercased() {
            case "redis": rest = text[scheme.upperBound...]
            case "rediss":
                throw Problem(
                    description: "rediss:// is not supported: the hiredis library of this build has no TLS;"
                        + " use redis:// on a private network or through a TLS tunnel")
            default: throw Problem(description: "must begin with redis://")
            }
        }
        guard !rest.contains(where: { $0 == "?" || $0 == "#" || $0.isWhitespace }) else {
            throw Problem(description: "must be redis://user:password@host:port/database, without ?, # and spaces")
        }
        let credentials = rest.lastIndex(of: "@").map { rest[..<$0] }
        if let credentials { rest = rest[credentials.endIndex...].dropFirst() }
        let halves = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        var settings = try place(halves.first ?? "")
        if halves.count == 2, !halves[1].isEmpty {
            guard let database = Int(halves[1]), (0...65_535).contains(database) else {
                throw Problem(description: "the database after the / must be a number from 0")
            }
            settings.database = database
        }
        if let credentials { try read(credentials, into: &settings) }
        return settings
    }

    private static func place(_ text: Substring) throws(Problem) -> RedisSettings {
        var (host, port) = (text, Substring("6379"))
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { throw Problem(description: "the host is malformed") }
            if !rest.isEmpty { port = rest.dropFirst() }
        } else if let colon = text.lastIndex(of: ":") {
            (host, port) = (text[..<colon], text[text.index(after: colon)...])
            guard !host.contains(":") else {
                throw Problem(description: "an IPv6 address must stand in brackets: redis://[::1]:6379")
            }
        }
        guard !host.isEmpty else { throw Problem(description: "the host is missing: redis://host:port") }
        guard let number = Int(port), (1...65_535).contains(number) else {
            throw Problem(description: "the port must be a number from 1 to 65535")
        }
        return RedisSettings(host: String(host), port: number)
    }

    private static func read(_ text: Substring, into settings: inout RedisSettings) throws(Problem) {
        let halves = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        settings.user = decoded(halves.first ?? "")
        settings.password = halves.count == 2 ? decoded(halves[1]) : ""
        guard !settings.password.isEmpty else {
            throw Problem(description: "the password is missing before the @: redis://user:password@host")
        }
    }

    private static func decoded(_ text: Substring) -> String {
        var text = String(text)
        return text.withUTF8 { String(PercentEncoding.decode($0)) }
    }
}
#endif
