import Foundation
import WorkflowCore

/// Where a request goes to: scheme, host and port.
struct FetchPlace: Sendable, Hashable {
    let scheme: String
    let host: String
    let port: Int

    /// The port of the scheme.
    var standardPort: Int { scheme == "https" ? 443 : 80 }

    /// The host, with the port when it is not that of the scheme.
    var description: String { port == standardPort ? host : "\(host):\(port)" }

    /// Takes a URL apart.
    ///
    /// - Returns: The place, and the URL as it is to be sent.
    /// - Throws: ``WorkflowError`` `.invalidInput` for anything that is not a plain `http` or `https` URL.
    static func parse(_ text: String, relativeTo base: URL? = nil) throws -> (place: FetchPlace, url: URL) {
        func fail(_ message: String) -> WorkflowError { WorkflowError(.invalidInput, "fetch: \(message)") }
        guard text.utf8.count <= 8192, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw fail("the URL has characters that must be percent-encoded, or is too long.")
        }
        guard let url = URL(string: text, relativeTo: base)?.absoluteURL, let scheme = url.scheme?.lowercased(),
            var host = url.host(percentEncoded: true)?.lowercased(), !host.isEmpty
        else { throw fail("the URL must be absolute, such as https://api.example.com/orders.") }
        guard scheme == "https" || scheme == "http" else { throw fail("only http and https URLs can be fetched.") }
        guard url.user() == nil, url.password() == nil else {
            throw fail("a URL must not carry a user name; send an Authorization header.")
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        if host.hasSuffix(".") { host.removeLast() }
        return (FetchPlace(scheme: scheme, host: host, port: url.port ?? (scheme == "https" ? 443 : 80)), url)
    }
}
