import HTTPTypes
import WorkflowCore

/// Lets requests pass that name a known host and carry the token.
struct ManagementGuard: HTTPHandler {
    /// The names of this machine's loopback interface.
    static let localHosts: Set<String> = ["localhost", "127.0.0.1", "[::1]"]
    /// Paths that need no token, since they tell nothing but whether the application works.
    private static let openPaths: Set<String> = ["/healthz", "/readyz", "/livez"]

    let next: any HTTPHandler
    let token: [UInt8]
    /// The hosts that a request may name; `nil` for any.
    let hosts: Set<String>?

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        if let hosts, !hosts.contains(Self.host(of: request.authority ?? "")) {
            throw HTTPError(.forbidden, "This host is not known here; use localhost.")
        }
        var request = request
        request.principal = isAuthorized(request) ? Principal(id: "management") : nil
        guard request.principal != nil || Self.openPaths.contains(request.path) else {
            throw HTTPError(
                .unauthorized, "The management API needs its token as a bearer token.",
                headers: [.wwwAuthenticate: "Bearer"])
        }
        var response = try await next.handle(request)
        response.headers[.cacheControl] = "no-store"
        response.headers[.xContentTypeOptions] = "nosniff"
        return response
    }

    private func isAuthorized(_ request: ServerRequest) -> Bool {
        guard let value = request.headers[.authorization], let sent = AuthMiddleware.bearerToken(value) else {
            return false
        }
        return Self.isEqual(Array(sent.utf8), token)
    }

    /// Compares in a time that depends on the length of `sent` only.
    static func isEqual(_ sent: [UInt8], _ expected: [UInt8]) -> Bool {
        guard !expected.isEmpty else { return false }
        var difference = sent.count ^ expected.count
        for (index, byte) in sent.enumerated() { difference |= Int(byte ^ expected[index % expected.count]) }
        return difference == 0
    }

    /// The host of an authority without its port, in lower case.
    static func host(of authority: String) -> String {
        let text = authority.lowercased()
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") { return String(text[...end]) }
        return String(text.prefix { $0 != ":" })
    }
}
