import WorkflowCore
import WorkflowStore

/// Which entries of an audit log are wanted.
struct AuditFilter: Sendable {
    var action: String?
    var resourceType: String?
    var resource: String?
    var user: String?
    var since: Timestamp?
    var until: Timestamp?

    /// The columns that must have a value. The first, which leaves the fewest entries, has an index.
    var conditions: [(column: String, value: SQLValue)] {
        let wanted = [
            ("resource_id", resource), ("user_id", user), ("action", action), ("resource_type", resourceType),
        ]
        return wanted.compactMap { column, value in value.map { (column, .text($0)) } }
    }
}
