import WorkflowCore

/// That the version which runs in one environment is to run in another one.
struct Promotion: Sendable {
    /// What has become of it.
    enum Status: String, Sendable, CaseIterable {
        /// It waits for an approval.
        case pending
        /// It was carried out.
        case done
        /// Somebody has said no.
        case rejected
        /// Another promotion to the same environment was asked for.
        case replaced
        /// Nobody has decided in time.
        case expired
    }

    let id: ID<Promotion>
    let workflow: ID<Workflow>
    let source: EnvironmentName
    let target: EnvironmentName
    let version: Int
    /// What it says in the database, where what has expired is still pending.
    let storedStatus: Status
    let comment: String
    let requestedBy: ID<User>
    /// Who made the API key with which it was asked for.
    let keyMadeBy: ID<User>?
    let createdAt: Timestamp
    let expiresAt: Timestamp
    var decidedBy: ID<User>?
    var decidedAt: Timestamp?
    var decisionComment = ""

    /// What has become of it until a time.
    func status(at now: Timestamp) -> Status { storedStatus == .pending && expiresAt <= now ? .expired : storedStatus }

    /// Whether somebody has asked for it, and so cannot decide about it.
    func isAsked(by user: ID<User>) -> Bool { requestedBy == user || keyMadeBy == user }

    /// What goes on record.
    var details: JSONObject {
        [
            "promotion_id": .string(id.text), "from": .string(source.text), "to": .string(target.text),
            "version": .integer(Int64(version)), "requested_by": .string(requestedBy.text),
        ]
    }
}
