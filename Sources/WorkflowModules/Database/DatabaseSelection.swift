import WorkflowCore

/// The driver that opens a database, and what it opens it with.
struct DatabaseSelection: Sendable {
    let driver: any DatabaseDriver
    let settings: DatabaseSettings

    /// Chooses among the drivers of the program.
    ///
    /// - Throws: ``ConfigurationError`` when there is no such driver, or it cannot open what the DSN names.
    init(_ connection: DatabaseConnection, context: ModuleContext) throws {
        guard let dsn = connection.dsn else { throw context.error("missing key \"dsn\"") }
        var settings = DatabaseSettings(dsn: dsn.value.value)
        let file = dsn.location.file
        settings.folder = file.lastIndex(of: "/").map { String(file[..<$0]) } ?? ""
        settings.maximumConnections = connection.maxOpenConns
        settings.maximumIdleConnections = connection.maxIdleConns
        settings.clock = context.clock
        settings.patience = context.environment.statePatience
        let drivers = context.environment.databaseDrivers
        driver = try Self.driver(connection.driver, dsn, among: drivers)
        self.settings = settings
        if let other = Self.driver(of: dsn.value, among: drivers), other.names != driver.names {
            throw ConfigurationError([
                dsn.issue(
                    "this is a DSN of \(other.names[0]), but the driver is \(driver.names[0])",
                    suggestion: "driver: \(other.names[0])")
            ])
        }
        if let problem = driver.problem(with: settings) { throw ConfigurationError([dsn.issue(problem)]) }
    }

    private static func driver(
        _ written: Located<String>?, _ dsn: Located<SecretString>, among drivers: [any DatabaseDriver]
    ) throws -> any DatabaseDriver {
        if written == nil, let driver = driver(of: dsn.value, among: drivers) { return driver }
        let name = written ?? Located(standardDriver, location: dsn.location, path: dsn.path)
        if let driver = drivers.first(where: { $0.names.contains(name.value) }) { return driver }
        guard !drivers.isEmpty else {
            throw ConfigurationError([
                name.issue(
                    "this program has no drivers for databases",
                    suggestion: "build it with the trait SQLite or PostgreSQL")
            ])
        }
        let known = drivers.compactMap(\.names.first).joined(separator: " or ")
        throw ConfigurationError([name.issue("there is no driver \"\(name.value)\"; use \(known)")])
    }

    /// The driver whose name is the scheme of a DSN that is a URL.
    private static func driver(of dsn: SecretString, among drivers: [any DatabaseDriver]) -> (any DatabaseDriver)? {
        guard let end = dsn.value.firstRange(of: "://") else { return nil }
        let scheme = dsn.value[..<end.lowerBound].lowercased()
        return drivers.first { $0.names.contains(scheme) }
    }

    private static let standardDriver = "sqlite"
}
