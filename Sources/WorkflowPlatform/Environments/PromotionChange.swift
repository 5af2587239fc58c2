import WorkflowCore
import WorkflowStore

/// What a deployment that is a promotion does to the row of the promotion.
enum PromotionChange: Sendable {
    /// It needed no approval, and is done.
    case made(Promotion)
    /// It was approved.
    case approved(ID<Promotion>, comment: String)

    /// Writes it.
    ///
    /// - Throws: ``HTTPError`` 409 when somebody else has decided.
    func apply(by user: ID<User>, at now: Timestamp, _ connection: any SQLConnection) throws {
        switch self {
        case .made(let promotion):
            try PromotionTable.insert(promotion, connection)
        case .approved(let id, let comment):
            let isFirst = try PromotionTable.decide(id, .done, by: user, comment: comment, now: now, connection)
            guard isFirst else { throw Self.closed }
        }
    }

    /// Somebody else was quicker.
    static let closed = PlatformError.conflict("promotion-closed", "Somebody else has decided about it meanwhile.")

    /// For ``DeploymentIntention``.
    var document: JSONObject {
        switch self {
        case .made(let promotion):
            [
                "id": .string(promotion.id.text), "from": .string(promotion.source.text),
                "comment": .string(promotion.comment),
                "key_made_by": promotion.keyMadeBy.map { .string($0.text) } ?? .null,
            ]
        case .approved(let id, let comment): ["id": .string(id.text), "comment": .string(comment)]
        }
    }

    /// Reads what ``document`` has written.
    init(_ document: JSONObject, to key: DeploymentKey, version: Int, by user: ID<User>, at time: Timestamp) {
        func text(_ name: String) -> String? { document[name]?.stringValue }
        let id = ID<Promotion>(stored: text("id") ?? "")
        guard let source = text("from") else {
            self = .approved(id, comment: text("comment") ?? "")
            return
        }
        self = .made(
            Promotion(
                id: id, workflow: key.workflow, source: EnvironmentName(stored: source), target: key.environment,
                version: version, storedStatus: .done, comment: text("comment") ?? "", requestedBy: user,
                keyMadeBy: text("key_made_by").map { ID(stored: $0) }, createdAt: time, expiresAt: time,
                decidedBy: user, decidedAt: time))
    }
}
