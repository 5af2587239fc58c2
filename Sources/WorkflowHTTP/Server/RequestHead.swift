import HTTPTypes
import NIOHTTP1

/// The head of a request after all checks.
struct RequestHead {
    /// How the body of the request is framed.
    enum Framing: Equatable {
        case none
        case length(Int)
        case chunked
    }

    var method: HTTPRequest.Method
    var target: RequestTarget
    var fields: HTTPFields
    var authority: String?
    var framing: Framing
    var keepAlive: Bool
    var isHTTP10: Bool
    var expectsContinue: Bool
    /// Whether the parser stops after the request, so that the connection can go on with another protocol.
    var isUpgrade = false

    /// Checks the head of an HTTP/1 request.
    ///
    /// What NIO's parser lets through but would leave the end of the message or its host ambiguous is refused here.
    init(_ head: HTTPRequestHead, maxBodyBytes: Int) throws(RequestRefusal) {
        isHTTP10 = head.version.minor == 0
        keepAlive = head.isKeepAlive
        method = try Self.method(head.method)
        var facts = HeaderFacts()
        var fields = HTTPFields()
        fields.reserveCapacity(head.headers.count)
        for (name, untrimmed) in head.headers {
            let value = Self.trimmed(untrimmed)
            guard let name = HTTPField.Name(name) else {
                throw RequestRefusal(.badRequest, "A header field has a malformed name.")
            }
            guard HTTPField.isValidValue(value) else {
                throw RequestRefusal(.badRequest, "The header field '\(name.canonicalName)' has a malformed value.")
            }
            try facts.note(name.canonicalName, value)
            fields.append(HTTPField(name: name, value: value))
        }
        self.fields = fields
        // NIO's parser does not go on after a request that asks for an upgrade.
        if facts.wantsUpgrade {
            keepAlive = false
            isUpgrade = !isHTTP10 && method == .get && fields.lists("upgrade", in: .connection)
        }
        if facts.host == nil, !isHTTP10 { throw RequestRefusal(.badRequest, "The header field 'host' is missing.") }
        framing = try facts.framing(isHTTP10: isHTTP10)
        try Self.checkTrace(method, framing)
        if framing != .none { isUpgrade = false }
        if case .length(let length) = framing, length > maxBodyBytes {
            throw RequestRefusal(
                .contentTooLarge, "The request body is larger than the limit of \(maxBodyBytes) bytes.")
        }
        expectsContinue = facts.expectsContinue && !isHTTP10
        target = try RequestTarget(head.uri, method: method)
        authority = target.authority ?? facts.host
    }

    /// TRACE has no body (RFC 9110, section 9.3.8): who passes it on would be told another framing by some parsers.
    private static func checkTrace(_ method: HTTPRequest.Method, _ framing: Framing) throws(RequestRefusal) {
        if method == .trace, framing != .none { throw RequestRefusal(.badRequest, "A TRACE request has no body.") }
    }

    /// Checks the head of an HTTP/2 request. NIO has checked the framing already.
    init(_ request: HTTPRequest, maxBodyBytes: Int) throws(RequestRefusal) {
        isHTTP10 = false
        keepAlive = true
        method = request.method
        var facts = HeaderFacts()
        for field in request.headerFields { try facts.note(field.name.canonicalName, field.value) }
        fields = request.headerFields
        framing = try facts.framing(isHTTP10: false)
        try Self.checkTrace(method, framing)
        if case .length(let length) = framing, length > maxBodyBytes {
            throw RequestRefusal(
                .contentTooLarge, "The request body is larger than the limit of \(maxBodyBytes) bytes.")
        }
        expectsContinue = false
        target = try RequestTarget(request.path ?? "", method: method)
        if let authority = request.authority {
            guard RequestTarget.isValidAuthority(authority.utf8) else {
                throw RequestRefusal(.badRequest, "The authority of the request is malformed.")
            }
            guard facts.host == nil || facts.host == authority else {
                throw RequestRefusal(.badRequest, "The header field 'host' contradicts the authority of the request.")
            }
        }
        authority = request.authority ?? facts.host
    }

    /// The value without the white space after it, which the parser leaves there.
    private static func trimmed(_ value: String) -> String {
        guard let last = value.utf8.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\t") else { return value }
        return String(value[...].trimmed)
    }

    private static func method(_ method: HTTPMethod) throws(RequestRefusal) -> HTTPRequest.Method {
        switch method {
        case .GET: return .get
        case .POST: return .post
        case .PUT: return .put
        case .DELETE: return .delete
        case .PATCH: return .patch
        case .HEAD: return .head
        case .OPTIONS: return .options
        default:
            guard let method = HTTPRequest.Method(method.rawValue) else {
                throw RequestRefusal(.badRequest, "The method is malformed.")
            }
            return method
        }
    }
}

/// The header fields on which the server itself acts.
private struct HeaderFacts {
    var host: String?
    var contentLength: Int?
    var transferEncoding: String?
    var expectsContinue = false
    var wantsUpgrade = false

    mutating func note(_ name: String, _ value: String) throws(RequestRefusal) {
        // The length keeps most fields away from the comparisons.
        switch name.utf8.count {
        case 4 where name == "host":
            guard host == nil else { throw RequestRefusal(.badRequest, "The header field 'host' occurs twice.") }
            guard RequestTarget.isValidAuthority(value.utf8) else {
                throw RequestRefusal(.badRequest, "The header field 'host' is malformed.")
            }
            host = value
        case 6 where name == "expect":
            guard value.lowercased() == "100-continue" else {
                throw RequestRefusal(.expectationFailed, "The expectation '\(value)' is not supported.")
            }
            expectsContinue = true
        case 7 where name == "upgrade":
            wantsUpgrade = true
        case 14 where name == "content-length":
            guard contentLength == nil else {
                throw RequestRefusal(.badRequest, "The header field 'content-length' occurs twice.")
            }
            guard !value.isEmpty, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(value) else {
                throw RequestRefusal(.badRequest, "The header field 'content-length' is malformed.")
            }
            contentLength = length
        case 17 where name == "transfer-encoding":
            guard transferEncoding == nil else {
                throw RequestRefusal(.badRequest, "The header field 'transfer-encoding' occurs twice.")
            }
            transferEncoding = value.lowercased()
        default: break
        }
    }

    func framing(isHTTP10: Bool) throws(RequestRefusal) -> RequestHead.Framing {
        guard let transferEncoding else {
            guard let contentLength, contentLength > 0 else { return .none }
            return .length(contentLength)
        }
        guard contentLength == nil else {
            throw RequestRefusal(
                .badRequest, "The request has both 'content-length' and 'transfer-encoding', which is ambiguous.")
        }
        guard !isHTTP10 else {
            throw RequestRefusal(.badRequest, "HTTP/1.0 has no 'transfer-encoding'.")
        }
        guard transferEncoding == "chunked" else {
            throw RequestRefusal(
                .notImplemented, "The transfer coding '\(transferEncoding)' is not supported; use 'chunked'.")
        }
        return .chunked
    }
}

/// Why a request is refused before any handler sees it.
struct RequestRefusal: Error, Equatable {
    let status: HTTPResponse.Status
    let reason: String

    init(_ status: HTTPResponse.Status, _ reason: String) {
        self.status = status
        self.reason = reason
    }
}
