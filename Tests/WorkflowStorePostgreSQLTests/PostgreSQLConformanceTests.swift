#if PostgreSQL
import TestServices
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowStorePostgreSQL
import WorkflowTesting

@Suite struct PostgreSQLConformanceTests {
    @Test(arguments: StateStoreConformance.checks)
    func conforms(_ check: StateStoreConformance.Check) async throws {
        let dsn = try PostgreSQLServer.shared().database()
        try await check.run(
            StateStoreConformance.Fixture {
                var configuration = PostgreSQLDatabase.Configuration(dsn: dsn)
                configuration.maximumConnections = 4
                return try await SQLStateStore.postgreSQL(configuration)
            })
    }
}
#endif
