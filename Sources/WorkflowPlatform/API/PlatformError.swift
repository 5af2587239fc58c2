import HTTPTypes
import WorkflowCore
import WorkflowStore

/// The errors of the API: problem documents (RFC 9457) with a `type` that programs can rely on.
enum PlatformError {
    /// An error with a type.
    static func problem(
        _ status: HTTPResponse.Status, _ type: String, _ detail: String, headers: HTTPFields = [:],
        details: JSONObject = [:]
    ) -> HTTPError {
        var members = details
        members["type"] = .string("urn:workflow:problem:\(type)")
        return HTTPError(status, detail, headers: headers, details: members)
    }

    /// 404: also for what belongs to others.
    static let notFound = problem(.notFound, "not-found", "There is no such thing.")

    /// 401.
    static func unauthenticated(_ detail: String) -> HTTPError {
        problem(.unauthorized, "unauthenticated", detail, headers: [.wwwAuthenticate: "Bearer"])
    }

    /// 403.
    static func forbidden(_ detail: String) -> HTTPError { problem(.forbidden, "forbidden", detail) }

    /// 400: parts of the request are not as they must be.
    static func invalid(_ problems: [SchemaProblem]) -> HTTPError {
        let first = problems.first.map { "\($0.pointer): \($0.detail)" } ?? ""
        let rest = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
        return problem(
            .badRequest, "invalid-request", "The request is not valid: \(first)\(rest)",
            details: ["errors": .array(problems.map(\.json))])
    }

    /// 409.
    static func conflict(_ type: String, _ detail: String) -> HTTPError { problem(.conflict, type, detail) }

    /// 412: somebody else has changed the thing.
    static func preconditionFailed(_ tag: String) -> HTTPError {
        problem(
            .preconditionFailed, "changed-meanwhile", "It has been changed by somebody else; read it again.",
            headers: [.eTag: tag])
    }

    /// 429.
    static func tooMany(_ detail: String, wait: Duration) -> HTTPError {
        let seconds = max(1, Int((Double(wait.wholeMilliseconds) / 1000).rounded(.up)))
        return problem(.tooManyRequests, "too-many-requests", detail, headers: [.retryAfter: String(seconds)])
    }

    /// A mistake in this program.
    static func defect(_ detail: String) -> WorkflowError { WorkflowError(.internal, detail) }

    /// Turns a refusal into its error.
    static func check(_ decision: Decision) throws {
        switch decision {
        case .allowed: return
        case .unauthenticated: throw unauthenticated("Sign in, or send an API key, as a bearer token.")
        case .notFound: throw notFound
        case .forbidden(let reason): throw forbidden(reason)
        }
    }

    /// The error for the client when the database refuses something.
    static func translating(_ error: any Error) -> any Error {
        guard let error = error as? SQLError else { return error }
        return switch error.kind {
        case .uniqueViolation: conflict("exists", "There is one with these values already.")
        case .full: problem(.init(code: 507), "storage-full", "There is no room left to keep this.")
        case .unavailable: problem(.serviceUnavailable, "unavailable", "The database is not available now.")
        case .corrupted, .invalidStatement: error
        }
    }
}
