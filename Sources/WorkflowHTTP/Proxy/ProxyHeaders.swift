import HTTPTypes
import NIOHTTP1
import WorkflowCore

extension HTTPField.Name {
    static let forwarded = known("Forwarded")
    static let host = known("Host")
    static let via = known("Via")
    static let xForwardedHost = known("X-Forwarded-Host")
    static let xForwardedProto = known("X-Forwarded-Proto")
    static let xRealIP = known("X-Real-IP")
}

extension HTTPFields {
    /// Whether a field that lists tokens has this one, which must be given in lower case.
    func lists(_ token: String, in name: HTTPField.Name) -> Bool {
        self[values: name].contains { value in
            value.split(separator: ",").contains { $0.trimmed.lowercased() == token }
        }
    }
}

/// Which header fields go from one side of a proxy to the other (RFC 9110, section 7.6).
struct ProxyHeaders: Sendable {
    /// The fields of requests that are passed on, in lower case; `nil` for all.
    var allowed: Set<String>?
    /// Whether `Host` of the client is kept.
    var preservesHost = false
    /// Whether `X-Forwarded-Proto` and the like are believed.
    var trustsForwarded = false

    /// Fields for one connection only.
    private static let hopByHop: Set<String> = [
        "connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization", "te", "trailer",
        "transfer-encoding", "upgrade",
    ]
    /// What the proxy itself states in requests.
    private static let own: Set<String> = ["host", "content-length", "expect", "via", "http2-settings"]
    /// What says where a request came from; a client could write anything into it.
    private static let origin: Set<String> = [
        "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip",
    ]
    /// Passed on whatever the configuration allows: without them a body cannot be read or a trace is torn.
    private static let always: Set<String> = [
        "content-type", "content-encoding", "content-language", "traceparent", "tracestate", "baggage",
    ]

    /// The fields of a request for a target, without those that frame its body.
    func request(_ request: ServerRequest, to url: BackendURL) -> HTTPHeaders {
        let dropped = Self.named(in: request.headers)
        var headers = HTTPHeaders()
        headers.reserveCapacity(request.headers.count + 8)
        headers.add(name: "host", value: (preservesHost ? request.authority : nil) ?? url.authority)
        for field in request.headers {
            let name = field.name.canonicalName
            if Self.hopByHop.contains(name) || Self.own.contains(name) || dropped.contains(name) { continue }
            if isOrigin(name) || name == "cookie" { continue }
            if let allowed, !allowed.contains(name), !Self.always.contains(name) { continue }
            headers.add(name: field.name.rawName, value: field.value)
        }
        let cookies = request.headers[values: .cookie]
        if !cookies.isEmpty, allowed?.contains("cookie") ?? true, !dropped.contains("cookie") {
            // HTTP/2 sends several fields where HTTP/1.1 has one (RFC 9113, section 8.2.3).
            headers.add(name: "cookie", value: cookies.joined(separator: "; "))
        }
        addOrigin(of: request, to: &headers)
        let via = request.headers[.via].map { "\($0), " } ?? ""
        headers.add(name: "via", value: "\(via)1.1 workflow")
        return headers
    }

    /// Whether a field says where a request came from. Some backends read `_` as `-`, so that such names could stand in for
    /// those that the proxy writes.
    private func isOrigin(_ name: String) -> Bool {
        Self.origin.contains(name) || name.utf8.contains(UInt8(ascii: "_"))
            || (name.hasPrefix("x-forwarded-") && !trustsForwarded)
    }

    private func addOrigin(of request: ServerRequest, to headers: inout HTTPHeaders) {
        // The server has found it out from the proxies that it trusts.
        if !request.remoteAddress.isEmpty { headers.add(name: "x-forwarded-for", value: request.remoteAddress) }
        let given = trustsForwarded ? request.headers : [:]
        headers.add(
            name: "x-forwarded-proto", value: given[.xForwardedProto] ?? (request.isSecure ? "https" : "http"))
        if let host = given[.xForwardedHost] ?? request.authority {
            headers.add(name: "x-forwarded-host", value: host)
        }
        if let forwarded = given[.forwarded] { headers.add(name: "forwarded", value: forwarded) }
    }

    /// The fields of a response for the client. `content-length` stays, for responses without their body.
    ///
    /// - Returns: `nil` when a field is malformed.
    static func response(_ headers: HTTPHeaders) -> HTTPFields? {
        let dropped = Set(headers[canonicalForm: "connection"].map { $0.lowercased() })
        var fields = HTTPFields()
        fields.reserveCapacity(headers.count)
        for (rawName, value) in headers {
            guard let name = HTTPField.Name(rawName), HTTPField.isValidValue(value) else { return nil }
            if hopByHop.contains(name.canonicalName) || dropped.contains(name.canonicalName) { continue }
            fields.append(HTTPField(name: name, value: value))
        }
        return fields
    }

    /// The fields that `connection` names. It cannot take away what the proxy relies on.
    private static func named(in fields: HTTPFields) -> Set<String> {
        guard fields.contains(.connection) else { return [] }
        return Set(
            fields[values: .connection].flatMap { $0.split(separator: ",") }.map { $0.trimmed.lowercased() })
    }
}
