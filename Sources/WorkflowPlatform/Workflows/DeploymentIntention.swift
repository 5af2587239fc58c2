import WorkflowCore

/// A deployment that has begun: it is in the database until it is known what has become of it.
///
/// Between the moment at which a version takes over and the one at which the database says so, the process may end.
/// ``Deployments/settle(_:)`` finds what it has left behind.
struct DeploymentIntention: Sendable {
    let id: String
    let key: DeploymentKey
    /// The version that is to run.
    let version: Int
    /// What becomes of instances whose state it does not have.
    let options: ReloadOptions
    let user: ID<User>
    let begunAt: Timestamp
    /// What goes on record when it runs.
    let event: AuditEvent
    /// What it does to a promotion.
    let promotion: PromotionChange?
}

extension DeploymentIntention {
    /// All that is in no column of its own.
    var document: JSONObject {
        var document: JSONObject = [
            "options": .object(StrandedOptions.json(options)), "action": .string(event.action),
            "details": .object(event.details), "actor": .object(event.actor),
            "address": .string(event.origin.address), "user_agent": .string(event.origin.userAgent),
            "request_id": .string(event.origin.requestID),
        ]
        if let promotion { document["promotion"] = .object(promotion.document) }
        return document
    }

    /// Reads what ``document`` has written.
    ///
    /// - Throws: ``ConfigurationError`` when the mapping is none.
    init(
        id: String, key: DeploymentKey, version: Int, user: ID<User>, begunAt: Timestamp, document: JSONObject
    ) throws {
        func object(_ name: String) -> JSONObject { document[name]?.objectValue ?? [:] }
        func text(_ name: String) -> String { document[name]?.stringValue ?? "" }
        self.init(
            id: id, key: key, version: version, options: try StrandedOptions.read(object("options")), user: user,
            begunAt: begunAt,
            event: AuditEvent(
                action: text("action"), resourceType: "workflow", resource: key.workflow.text,
                details: object("details"), user: user, actor: object("actor"),
                origin: AuditEntry.Origin(
                    address: text("address"), userAgent: text("user_agent"), requestID: text("request_id"))),
            promotion: document["promotion"]?.objectValue.map {
                PromotionChange($0, to: key, version: version, by: user, at: begunAt)
            })
    }
}
