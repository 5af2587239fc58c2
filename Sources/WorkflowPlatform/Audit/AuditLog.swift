import WorkflowCore
import WorkflowStore

/// The audit logs of all companies: entries are added in the transaction of what they tell of, and never changed.
///
/// Each company has a chain of its own. What belongs to no company is in the chain with the empty name.
struct AuditLog: Sendable {
    /// The chain of what belongs to no company.
    static let platform = ""

    private static let begin = SQLStatement(
        """
        INSERT INTO platform_audit_heads (company_id, sequence, hash) VALUES (?, 0, '')
            ON CONFLICT (company_id) DO NOTHING
        """)
    private static let advance = SQLStatement(
        "UPDATE platform_audit_heads SET sequence = sequence + 1 WHERE company_id = ? RETURNING sequence, hash")
    private static let lock = SQLStatement(
        "UPDATE platform_audit_heads SET sequence = sequence WHERE company_id = ?")
    private static let insertion = SQLStatement(
        """
        INSERT INTO platform_audit
            (company_id, sequence, id, created_at, user_id, action, resource_type, resource_id, entry, hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    private static let timeOf = SQLStatement(
        "SELECT created_at FROM platform_audit WHERE company_id = ? AND sequence = ?")
    private static let head = SQLStatement("UPDATE platform_audit_heads SET hash = ? WHERE company_id = ?")

    let identifiers: any IdentifierGenerator

    /// Lets no other transaction change anything of the company until this one ends.
    ///
    /// What depends on several rows, such as that a company keeps an owner, is checked behind this.
    func lock(_ company: ID<Company>, _ connection: any SQLConnection) throws {
        try connection.execute(Self.begin, [.id(company)])
        try connection.execute(Self.lock, [.id(company)])
    }

    /// Adds an entry.
    func append(
        _ event: AuditEvent, to company: ID<Company>?, now: Timestamp, _ connection: any SQLConnection
    ) throws {
        let chain = company?.text ?? Self.platform
        try connection.execute(Self.begin, [.text(chain)])
        let head = try connection.first(Self.advance, [.text(chain)]) { ($0.integer(), $0.text()) }
        guard let (sequence, previous) = head else {
            throw SQLError(.corrupted, "the audit log has lost its head")
        }
        // Requests get here in another order than they have begun in, and clocks are set back. The entry tells its own
        // time; the column never decreases, which makes a time filter a range of numbers.
        let last = try connection.first(Self.timeOf, [.text(chain), .integer(sequence - 1)]) { $0.time() }
        let entry = AuditEntry(
            id: identifiers.next(), sequence: sequence, createdAt: now, user: event.user, actor: event.actor,
            action: event.action, resourceType: event.resourceType, resource: event.resource,
            details: event.details, origin: event.origin, previousHash: previous)
        let document = entry.document
        let hash = AuditHash.hash(document, company: chain)
        try connection.execute(
            Self.insertion,
            [
                .text(chain), .integer(sequence), .text(entry.id), .time(max(now, last ?? now)), .optional(event.user),
                .text(event.action), .text(event.resourceType), .text(event.resource), .object(document),
                .text(hash),
            ])
        try connection.execute(Self.head, [.text(hash), .text(chain)])
    }
}

/// What is to be put on record.
struct AuditEvent: Sendable {
    /// What happened, such as `project.update`.
    var action: String
    /// What kind of thing it happened to.
    var resourceType: String
    /// The identifier of the thing.
    var resource: String
    /// What else is worth knowing; never a secret.
    var details: JSONObject
    /// Who did it; `nil` when that is not known.
    var user: ID<User>?
    /// With which key or session they did it.
    var actor: JSONObject
    /// Where it came from.
    var origin: AuditEntry.Origin
}

extension AuditEvent {
    /// What a change has made of something: only the members that differ.
    static func difference(_ before: JSONObject, _ after: JSONObject) -> JSONObject {
        var (old, new) = (JSONObject(), JSONObject())
        let ignored: Set<String> = ["revision", "updated_at"]
        for key in before.keys + after.keys.filter({ !before.contains($0) }) where !ignored.contains(key) {
            guard before[key] != after[key] else { continue }
            old[key] = before[key]
            new[key] = after[key]
        }
        return ["before": .object(old), "after": .object(new)]
    }
}
