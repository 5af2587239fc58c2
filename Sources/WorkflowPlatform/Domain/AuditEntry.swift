public import WorkflowCore

/// Something that has happened, for the record of a company.
public struct AuditEntry: Sendable {
    /// Where a request came from.
    public struct Origin: Sendable, Hashable {
        /// The address of the client.
        public var address: String
        /// What the client called itself.
        public var userAgent: String
        /// The identifier of the request; empty for none.
        public var requestID: String

        /// Creates an origin.
        public init(address: String = "", userAgent: String = "", requestID: String = "") {
            self.address = address
            self.userAgent = userAgent
            self.requestID = requestID
        }
    }

    /// The identifier.
    public let id: String
    /// Its number in the chain of the company, from 1.
    public let sequence: Int64
    /// When it happened.
    public let createdAt: Timestamp
    /// Who did it; `nil` when that is not known.
    public let user: ID<User>?
    /// With which key or session they did it.
    public let actor: JSONObject
    /// What happened, such as `project.update`.
    public let action: String
    /// What kind of thing it happened to.
    public let resourceType: String
    /// The identifier of the thing.
    public let resource: String
    /// What else is worth knowing: the values before and after, never a secret.
    public let details: JSONObject
    /// Where it came from.
    public let origin: Origin
    /// The hash of the entry before; empty for the first.
    public let previousHash: String

    /// All members but the hash of the entry itself, for the log and for clients.
    public var document: JSONObject {
        [
            "id": .string(id), "sequence": .integer(sequence), "created_at": .string(createdAt.description),
            "user_id": user.map { .string($0.text) } ?? .null, "actor": .object(actor), "action": .string(action),
            "resource_type": .string(resourceType), "resource_id": .string(resource),
            "details": .object(details), "ip_address": .string(origin.address),
            "user_agent": .string(origin.userAgent), "request_id": .string(origin.requestID),
            "previous_hash": .string(previousHash),
        ]
    }
}
