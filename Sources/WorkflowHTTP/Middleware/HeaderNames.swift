import HTTPTypes

extension HTTPField.Name {
    static let contentSecurityPolicyReportOnly = known("Content-Security-Policy-Report-Only")
    static let crossOriginOpenerPolicy = known("Cross-Origin-Opener-Policy")
    static let permissionsPolicy = known("Permissions-Policy")
    static let rateLimitLimit = known("RateLimit-Limit")
    static let rateLimitRemaining = known("RateLimit-Remaining")
    static let rateLimitReset = known("RateLimit-Reset")
    static let referrerPolicy = known("Referrer-Policy")
    static let serverTiming = known("Server-Timing")
    static let xForwardedFor = known("X-Forwarded-For")
    static let xFrameOptions = known("X-Frame-Options")
    static let xRequestID = known("X-Request-ID")

    /// A name that is written in the program.
    static func known(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("not the name of a header field") }
        return name
    }
}

extension HTTPFields {
    /// Adds a value to a field that lists several, such as `Vary`, unless it is there.
    mutating func add(_ value: String, toList name: HTTPField.Name) {
        guard let present = self[name] else { return append(HTTPField(name: name, value: value)) }
        let isThere = present.split(separator: ",").contains { item in
            item.drop { $0 == " " }.lowercased() == value.lowercased() || item.drop { $0 == " " } == "*"
        }
        if !isThere { self[name] = "\(present), \(value)" }
    }
}
