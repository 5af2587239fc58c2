#if SQLite
public import WorkflowCore

/// The module types that keep state in SQLite.
public enum SQLiteModules {
    /// All of them, for a registry.
    public static let all: [any WorkflowModule.Type] = [DatabaseModule.self, PersistenceStoreModule.self]
}
#endif
