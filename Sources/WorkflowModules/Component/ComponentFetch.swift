import Foundation
import WorkflowCore

/// Answers `workflow.fetch`: requests to the hosts that a component is granted.
struct ComponentFetch: Sendable {
    static let redirectLimit = 5
    static let longestTimeout = Duration.seconds(30)

    let component: String
    let rules: [HostRule]
    let limits: ScriptLimits
    let transport: any FetchTransport
    var traces = Traces()

    /// Sends a request.
    ///
    /// - Returns: `{status, ok, headers, body}`.
    /// - Throws: ``WorkflowError``: `.forbidden` for a host that is not granted, also after a redirect; `.invalidInput`,
    ///   `.limitExceeded`, `.unavailable`.
    func callAsFunction(_ url: String, _ options: JSONValue) async throws -> JSONValue {
        let target = try FetchPlace.parse(url)
        guard rules.contains(where: { $0.allows(target.place) }) else {
            throw WorkflowError(
                .forbidden,
                "The component \"\(component)\" may not fetch from \(target.place.description); add \"\(target.place.description)\" to its key allow.http."
            )
        }
        var request = try FetchRequest(options: options, url: target.url)
        var current = target.url
        for _ in 0...Self.redirectLimit {
            let response = try await request.send(
                through: transport, to: target.place, limit: limits.outputSize, timeout: try timeout(options),
                traces: traces)
            guard let location = response.redirect else { return response.json }
            let next = try FetchPlace.parse(location, relativeTo: current)
            guard next.place == target.place else {
                throw WorkflowError(
                    .forbidden,
                    "\(target.place.description) redirects the component \"\(component)\" to \(next.place.description); redirects are followed within one host only."
                )
            }
            current = next.url
            request.url = next.url.absoluteString
            if response.status == 303 || (response.status < 303 && request.method == "POST") {
                request.method = "GET"
                request.body = []
                request.headers.removeAll { $0.name.hasPrefix("content-") }
            }
        }
        throw WorkflowError(.limitExceeded, "fetch: more than \(Self.redirectLimit) redirects.")
    }

    private func timeout(_ options: JSONValue) throws -> Duration {
        var timeout = min(limits.wallTime, Self.longestTimeout)
        if let wish = options["timeoutMs"], !wish.isNull {
            guard let milliseconds = wish.doubleValue, milliseconds > 0 else {
                throw WorkflowError(.invalidInput, "fetch: timeoutMs must be a positive number.")
            }
            timeout = min(timeout, .milliseconds(Int64(min(milliseconds, 1e9))))
        }
        return timeout
    }
}

extension FetchRequest {
    private static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    /// Header fields that only the client sets.
    private static let reserved: Set = [
        "host", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "te", "trailer", "expect",
        "proxy-connection",
    ]

    fileprivate init(options: JSONValue, url: URL) throws {
        func fail(_ message: String) -> WorkflowError { WorkflowError(.invalidInput, "fetch: \(message)") }
        guard options.isNull || options.objectValue != nil else { throw fail("the options must be an object.") }
        let method = (options["method"]?.stringValue ?? "GET").uppercased()
        guard Self.methods.contains(method) else {
            throw fail("the method must be one of \(Self.methods.joined(separator: ", ")).")
        }
        var headers: [FetchHeader] = []
        for (name, value) in options["headers"]?.objectValue ?? [:] {
            let name = name.lowercased()
            guard let value = value.stringValue, Self.isToken(name), Self.isFieldValue(value) else {
                throw fail("the header \"\(name)\" is not valid.")
            }
            guard !Self.reserved.contains(name) else { throw fail("the header \"\(name)\" is set by the engine.") }
            headers.append(FetchHeader(name: name, value: value))
        }
        var body: [UInt8] = []
        switch options["body"] ?? .null {
        case .null: break
        case .string(let text): body = Array(text.utf8)
        case let value:
            body = value.jsonBytes()
            if !headers.contains(where: { $0.name == "content-type" }) {
                headers.append(FetchHeader(name: "content-type", value: "application/json"))
            }
        }
        self.init(method: method, url: url.absoluteString, headers: headers, body: body)
    }

    /// Whether a name is a `token` of RFC 9110, section 5.6.2.
    private static func isToken(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    private static func isFieldValue(_ value: String) -> Bool {
        value.utf8.allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }
    }
}

extension FetchResponse {
    /// Where the response redirects to, when it does.
    fileprivate var redirect: String? {
        guard [301, 302, 303, 307, 308].contains(status) else { return nil }
        return headers.first { $0.name == "location" }?.value
    }

    /// The response as the script sees it. Header fields that come several times are joined.
    fileprivate var json: JSONValue {
        var fields = JSONObject()
        for header in headers {
            let before = fields[header.name]?.stringValue
            fields[header.name] = .string(before.map { "\($0), \(header.value)" } ?? header.value)
        }
        return [
            "status": .integer(Int64(status)), "ok": .bool((200..<300).contains(status)), "headers": .object(fields),
            "body": .string(String(decoding: body, as: UTF8.self)),
        ]
    }
}
