import WorkflowCommandLine
import WorkflowCore

/// What a server answered.
struct ManagementAnswer: Sendable {
    let status: Int
    let etag: String?
    let bytes: [UInt8]
    /// The server, for messages.
    let url: String
    /// Whether a token was sent.
    let hadToken: Bool

    /// The body as JSON.
    ///
    /// - Throws: ``CommandFailure`` when it is none.
    func json() throws -> JSONValue {
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            throw notUnderstood("the answer with status \(status) is not JSON")
        }
    }

    /// The body as JSON when the request has been done; errors otherwise.
    ///
    /// - Throws: ``CommandFailure`` that says why it has not.
    func expectSuccess() throws -> JSONValue {
        guard status < 200 || status > 299 else { return bytes.isEmpty ? .null : try json() }
        throw failure
    }

    /// Why the request has not been done.
    var failure: CommandFailure {
        let detail = detail ?? "The server answered with status \(status)."
        switch status {
        case 400: return CommandFailure(.usage, detail)
        case 401:
            return CommandFailure(
                .notLoggedIn, hadToken ? "\(url) does not accept the token." : "\(url) asks for a token.",
                hint: "run `wfctl login --server \(url)`, or name the token with --token-file or WFCTL_TOKEN")
        case 404 where isUnknownRequest: return notUnderstood("it does not know the request")
        case 404: return CommandFailure(.notFound, detail)
        case 403, 406, 409, 413, 422: return CommandFailure(.refused, detail)
        case 412: return CommandFailure(.conflict, detail, hint: "look at what has changed, and try again")
        case 501, 405: return notUnderstood(detail)
        case 429, 503, 507, 502, 504: return CommandFailure(.unavailable, detail, hint: "try again in a moment")
        case 500...599: return CommandFailure(.unavailable, detail, hint: "the log of the server says more")
        default: return notUnderstood(detail)
        }
    }

    /// Whether the server has no such request at all, as another kind of server or an older one.
    var isUnknownRequest: Bool { detail?.hasPrefix("There is nothing at ") ?? true }

    /// What the server says about an error; `nil` when it is no management API that says something.
    var detail: String? {
        let document: JSONValue?
        do {
            document = try JSONValue(parsing: bytes)
        } catch {
            document = nil
        }
        return ["detail", "reason", "error", "title"].lazy.compactMap { document?[$0]?.stringValue }.first
    }

    /// The failure for an answer that this version cannot read.
    func notUnderstood(_ reason: String) -> CommandFailure {
        CommandFailure(
            .protocolMismatch, "\(url) is no server that wfctl \(ProgramVersion.current) understands: \(reason).",
            hint:
                "check that it is the address of a management API or a platform, and that both are of the same version")
    }
}
