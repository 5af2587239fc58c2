import WorkflowStore

extension PlatformSchema {
    /// Finds the invitations that were sent to an address.
    static func accountDeletion(_ dialect: SQLDialect) -> String {
        "CREATE INDEX platform_invitations_email ON platform_invitations (email);"
    }
}
