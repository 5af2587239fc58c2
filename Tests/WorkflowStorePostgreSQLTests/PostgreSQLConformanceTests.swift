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

    /// In a schema that uses connections of a pool together with another one.
    @Test(arguments: StateStoreConformance.checks)
    func conformsOnSharedConnections(_ check: StateStoreConformance.Check) async throws {
        var configuration = PostgreSQLDatabase.Configuration(dsn: try PostgreSQLServer.shared().database())
        configuration.maximumConnections = 2
        let connections = try PostgreSQLConnections(configuration)
        let neighbour = try await SQLStateStore.open(connections.schema("neighbour", concurrency: 2))
        try await check.run(
            StateStoreConformance.Fixture {
                // So that the connections look elsewhere.
                _ = try await neighbour.openInstanceStates()
                return try await SQLStateStore.open(connections.schema("one", concurrency: 2))
            })
        #expect(try await neighbour.openInstanceStates().isEmpty)
        await neighbour.close()
        await connections.close()
    }
}
#endif
