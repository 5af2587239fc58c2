import WorkflowCore
import WorkflowStore

/// Puts sign-ins at providers on record.
enum SignOnRecord {
    /// Adds what concerns a user: what a company's provider does, to that company only.
    static func append(
        _ event: AuditEvent, of user: ID<User>, _ origin: SessionOrigin, _ call: APICall,
        _ connection: any SQLConnection
    ) throws {
        let audit = call.services.audit
        if let company = origin.company {
            try audit.append(event, to: company, now: call.now, connection)
        } else {
            try audit.append(event, ofUser: user, now: call.now, connection)
        }
    }

    /// Adds a failure: to the company whose provider it is, else to the chain of the platform. Ten are in a minute.
    ///
    /// - Parameter provider: `nil` while it is not known that the sign-in really began at it.
    static func fail(_ failure: SignOnFailure, at provider: SignOnProvider?, _ call: APICall) async throws {
        guard call.services.refusals.begin(provider?.key ?? "", now: call.now) else { return }
        let details: JSONObject = [
            "reason": "single sign-on", "provider": provider.map { .string($0.key) } ?? .null,
            "problem": .string(failure.kind.rawValue), "detail": .string(failure.detail),
        ]
        let event = call.event("auth.login-failed", "user", "", details)
        try await call.services.database.write { connection in
            try call.services.audit.append(event, to: provider?.company, now: call.now, connection)
        }
    }
}
