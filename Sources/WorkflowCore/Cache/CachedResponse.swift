import HTTPTypes

/// An answer that others may get as well.
package struct CachedResponse: Sendable {
    /// What one answer takes besides its texts, about.
    private static let overhead = 512

    /// The answer itself.
    package let response: ServerResponse
    /// The path of the request.
    package let path: String
    /// When it was answered.
    package let storedAt: Timestamp
    /// Until when it may be given to others.
    package let expiresAt: Timestamp

    /// Creates an answer that was kept elsewhere.
    package init(_ response: ServerResponse, path: String, storedAt: Timestamp, expiresAt: Timestamp) {
        self.response = response
        self.path = path
        self.storedAt = storedAt
        self.expiresAt = expiresAt
    }

    /// Takes an answer that may be kept; `nil` for any other.
    ///
    /// - Parameters:
    ///   - response: The answer.
    ///   - path: The path of the request.
    ///   - vary: The header fields of requests that tell answers apart.
    ///   - lifetime: How long it is kept when it does not say so itself.
    ///   - now: The time.
    init?(_ response: ServerResponse, path: String, vary: [HTTPField.Name], lifetime: Duration, now: Timestamp) {
        guard response.status == .ok, response.headers[.setCookie] == nil else { return nil }
        switch response.body {
        case .empty, .bytes: break
        case .file, .stream: return nil
        }
        for names in response.headers[values: .vary] {
            for name in names.split(separator: ",") {
                let name = name.filter { $0 != " " && $0 != "\t" }
                guard let field = HTTPField.Name(name), vary.contains(field) else { return nil }
            }
        }
        guard let lifetime = Self.lifetime(response.headers, or: lifetime, now: now), lifetime > .zero else {
            return nil
        }
        self.response = response
        self.path = path
        storedAt = now
        expiresAt = now.advanced(by: lifetime)
    }

    /// How long an answer may live by its fields (RFC 9111, section 4.2); `nil` when it must not be kept.
    private static func lifetime(_ headers: HTTPFields, or lifetime: Duration, now: Timestamp) -> Duration? {
        var (own, shared): (Duration?, Duration?)
        let fields = headers[values: .cacheControl]
        if fields.isEmpty, HTTPField.Name("Pragma").flatMap({ headers[$0] })?.lowercased().contains("no-cache") == true
        {
            return nil
        }
        for directive in fields.flatMap({ $0.split(separator: ",") }) {
            let halves = directive.split(separator: "=", maxSplits: 1)
            let name = halves.first.map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            let seconds = halves.count == 2 ? Int(halves[1].filter { $0 != " " && $0 != "\"" }) : nil
            switch name {
            case "no-store", "no-cache", "private": return nil
            case "max-age": own = seconds.map { .seconds(min($0, 31_536_000)) } ?? .zero
            case "s-maxage": shared = seconds.map { .seconds(min($0, 31_536_000)) } ?? .zero
            default: continue
            }
        }
        // What was kept elsewhere before has used up a part of its life.
        let age = Duration.seconds(headers[.age].flatMap { Int($0) } ?? 0)
        if let told = shared ?? own { return told - age }
        // A date cannot be told from a malformed one here: an answer that has one is taken for stale.
        return headers[.expires] == nil ? lifetime : .zero
    }

    /// The memory that the answer takes, about, in bytes.
    func cost(of key: CacheKey) -> Int {
        var cost = Self.overhead + key.text.text.utf8.count * 2 + path.utf8.count * 2
        // The paths above it are remembered too, to forget what is below a path that changes.
        for (offset, byte) in path.utf8.enumerated() where byte == UInt8(ascii: "/") { cost += offset + 100 }
        for field in response.headers { cost += field.name.rawName.utf8.count + field.value.utf8.count + 64 }
        if case .bytes(let bytes) = response.body { cost += bytes.count }
        return cost
    }

    /// The answer to somebody else, at a time.
    func answer(at now: Timestamp) -> ServerResponse {
        var answer = response
        answer.headers[.age] = String(max(0, storedAt.duration(to: now).components.seconds))
        return answer
    }
}

extension ServerResponse {
    /// The answer for somebody who has it already, or this one.
    ///
    /// - Parameter tags: The value of `If-None-Match`.
    func unlessMatching(_ tags: String?) -> ServerResponse {
        guard let tags, status == .ok, let tag = headers[.eTag], Self.isNamed(tag, in: tags) else { return self }
        var answer = ServerResponse(status: .notModified)
        for name in [HTTPField.Name.eTag, .cacheControl, .vary, .age, .expires, .lastModified, .contentLocation] {
            answer.headers[name] = headers[name]
        }
        return answer
    }

    /// Compares weakly, as is right for reading.
    private static func isNamed(_ tag: String, in tags: String) -> Bool {
        func opaque(_ tag: some StringProtocol) -> String {
            let plain = String(tag).filter { $0 != " " && $0 != "\t" }
            return plain.hasPrefix("W/") ? String(plain.dropFirst(2)) : String(plain)
        }
        let own = opaque(tag)
        return tags.split(separator: ",").contains { opaque($0) == "*" || opaque($0) == own }
    }
}
