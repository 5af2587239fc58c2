import WorkflowStore

/// The roles, invitations and mappings that are on a resource or on something in it. They name it by its identifier
/// alone, whatever it is, so no foreign key removes them with it.
struct RowsOnResource: Sendable {
    private static let tables = ["platform_memberships", "platform_invitations", "platform_iam_mappings"]

    private let deletions: [SQLStatement]
    private let parameters: Int

    /// - Parameter inner: The tables of what lies in the resource, each with the column that names the resource.
    init(_ inner: (table: String, column: String)...) {
        parameters = 1 + inner.count
        deletions = Self.tables.map { table in
            SQLStatement(
                "DELETE FROM \(table) WHERE resource_id = ?"
                    + inner.map { " OR resource_id IN (SELECT id FROM \($0.table) WHERE \($0.column) = ?)" }.joined())
        }
    }

    /// Removes them; call it before the resource is removed.
    func delete(of resource: SQLValue, _ connection: any SQLConnection) throws {
        let arguments = Array(repeating: resource, count: parameters)
        for deletion in deletions { try connection.execute(deletion, arguments) }
    }
}
