import Foundation
import WorkflowCommandLine

/// The address of a management API, or of a platform.
struct ServerAddress: Sendable, Equatable {
    /// The URL without a path.
    let url: String
    /// Whether a token that is sent to it can be read on the way.
    let isExposed: Bool

    /// Reads an address as a person writes it: `localhost:8081`, `https://host`, or what a server prints at its start.
    ///
    /// - Throws: ``CommandFailure`` when it is none.
    init(_ text: String) throws {
        let full = text.contains("://") ? text : "http://\(text)"
        guard let parts = URLComponents(string: full), let scheme = parts.scheme?.lowercased(),
            scheme == "http" || scheme == "https", let host = parts.host, !host.isEmpty, parts.user == nil,
            parts.query == nil
        else {
            throw CommandFailure(
                .usage, "\"\(text)\" is not the address of a server.",
                hint: "write it as http://127.0.0.1:8081, which `wfserver run` prints when it starts")
        }
        let port = parts.port.map { ":\($0)" } ?? ""
        let path = parts.path.replacing(#/(\/api\/(workflow|v1))?\/?$/#, with: "")
        let name = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        url = "\(scheme)://\(name)\(port)\(path)"
        let local: Set = ["localhost", "127.0.0.1", "::1", "[::1]"]
        isExposed = scheme == "http" && !local.contains(host.lowercased())
    }
}
