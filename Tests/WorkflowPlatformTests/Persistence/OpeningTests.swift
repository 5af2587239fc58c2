import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite struct OpeningTests {
    private static func open(
        _ database: any SQLDatabase, _ clock: TestClock, secret: String? = nil
    ) async throws -> TestPlatform {
        var configuration = PlatformConfiguration()
        configuration.passwordCost = 2
        configuration.signingSecret = secret.map { SecretString($0) }
        return try await TestPlatform.open(database, configuration, clock: clock)
    }

    @Test(arguments: TestDatabase.allCases)
    func everythingIsThereAfterARestart(kind: TestDatabase) async throws {
        let (database, clock) = (try await kind.open(), TestClock())
        let first = try await Self.open(database, clock)
        let (tokens, company) = try await first.setUp()
        let second = try await Self.open(database, clock)
        #expect(second.platform.setupToken == nil)
        #expect(try await second.send(.get, "/companies/\(company)", token: tokens.access).status == 200)
        #expect(try await second.login("owner@example.com").status == 200)
        await database.close()
    }

    @Test(arguments: TestDatabase.allCases)
    func aNewerSchemaIsRefused(kind: TestDatabase) async throws {
        let (database, clock) = (try await kind.open(), TestClock())
        _ = try await Self.open(database, clock)
        let position = PlatformSchema.migrations.count + 1
        try await database.write { connection in
            try connection.executeScript(
                "INSERT INTO platform_migrations (position, name, applied_at) VALUES (\(position), 'later', 1)")
        }
        let error = await #expect(throws: StoreError.self) { _ = try await Self.open(database, clock) }
        #expect(error?.code == .corrupted)
        #expect("\(try #require(error))".contains("('later'), newer than version \(position - 1) of this program"))
        await database.close()
    }

    @Test func tokensOfAnotherSecretDoNotWork() async throws {
        let (database, clock) = (try await TestDatabase.allCases[0].open(), TestClock())
        let first = try await Self.open(database, clock, secret: String(repeating: "a", count: 32))
        let (tokens, _) = try await first.setUp()
        #expect(try await first.send(.get, "/auth/me", token: tokens.access).status == 200)
        let second = try await Self.open(database, clock, secret: String(repeating: "b", count: 32))
        #expect(try await second.send(.get, "/auth/me", token: tokens.access).status == 401)
        let error = await #expect(throws: WorkflowError.self) {
            _ = try await Self.open(database, clock, secret: "short")
        }
        #expect(error?.message == "The signing secret must have at least 32 bytes.")
        await database.close()
    }

    @Test func aDatabaseThatIsGoneIsTold() async throws {
        let (database, clock) = (try await TestDatabase.allCases[0].open(), TestClock())
        let test = try await Self.open(database, clock)
        let (tokens, _) = try await test.setUp()
        await database.close()
        let answer = try await test.send(.get, "/auth/me", token: tokens.access)
        #expect(answer.status == 503)
        #expect(try answer.problem == "unavailable")
    }
}
