public import WorkflowCore

extension DatabaseModule {
    /// What the module type is.
    public static let descriptor = ModuleDescriptor(
        type: "database.workflow", aliases: ["database.modular"], settingsKey: "database",
        summary: "A database that other modules keep their state in.",
        details: """
            SQLite: the file is opened in WAL mode with `synchronous=FULL`: what was acknowledged survives a crash and \
            a power failure. Only one process can have it open.

            PostgreSQL: any number of processes share the database. The tables of the engine lie in a schema of their \
            own, `workflow`, which is made when it is not there; statements of other modules look for tables in it and \
            then in `public`. The value of `dsn` is never shown; keep the password in the environment all the same: \
            `dsn: ${DATABASE_URL}`.

            Instead of `driver` and `dsn` there may be `connections: {default: {driver: sqlite, dsn: app.sqlite}}`.
            """,
        provides: [.database],
        examples: [
            .init(
                "a database beside the configuration",
                yaml: """
                    modules:
                      - name: database
                        type: database.workflow
                        config: {driver: sqlite, dsn: data/app.sqlite}
                      - name: persistence
                        type: persistence.store
                        config: {database: database}
                    """)
        ])
}
