#if SQLite
import Foundation
import HTTPTypes
import Synchronization
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

/// What was kept of a workflow goes with it, also when that fails or is interrupted.
@Suite(.timeLimit(.minutes(2))) struct RemovalTests {
    /// Removes a workflow while its folder cannot be removed.
    ///
    /// - Parameter check: Gets the folder, which is still there, and a platform on the same database.
    private func afterFailure(
        _ check: (_ place: String, StuckFolders, TestPlatform) async throws -> Void
    ) async throws {
        try await withStateFolder { folder in
            let database = try await TestDatabase.allCases[0].open()
            let provider = StuckFolders(folder: folder)
            var configuration = PlatformConfiguration()
            configuration.passwordCost = 2
            configuration.secretsKey = SecretString(String(repeating: "k", count: 32))
            let first = try await TestPlatform.open(database, configuration, provider: provider)
            let workflow = try await TestWorkflow.make(
                saying("one"), try await TestTenant.make("Alpha", first), first)
            #expect(try await workflow.deploy().status == 200)
            let place = "\(folder)/\(DeploymentKey(workflow.id))"
            #expect(try await workflow.send(.delete).status == 204)
            #expect(try await workflow.send(.get).status == 404)
            #expect(FileManager.default.fileExists(atPath: place))
            await first.engines.shutdown()

            let second = try await TestPlatform.open(database, configuration, provider: provider)
            try await check(place, provider, second)
            #expect(!FileManager.default.fileExists(atPath: place))
            let left = try await database.read { try RemovalTable.keys(after: nil, limit: 1, $0) }
            #expect(left.isEmpty)
            await second.engines.shutdown()
            await database.close()
        }
    }

    @Test func isFinishedAtTheNextStart() async throws {
        try await afterFailure { _, provider, second in
            provider.release()
            await second.services.workflows.restore()
        }
    }

    @Test func isTriedAgainEveryHour() async throws {
        try await afterFailure { place, provider, second in
            await second.services.workflows.restore()
            #expect(FileManager.default.fileExists(atPath: place))
            provider.release()
            try await second.running {
                try await until {
                    second.clock.advance(by: .seconds(3600))
                    return try await second.services.database.read { connection in
                        try RemovalTable.keys(after: nil, limit: 1, connection).isEmpty
                    }
                }
            }
        }
    }
}

/// Folders that cannot be removed for a while.
private final class StuckFolders: EngineProvider {
    private let stores: FolderStores
    private let isStuck = Mutex(true)

    init(folder: String) {
        stores = FolderStores(folder: folder)
    }

    func release() { isStuck.withLock { $0 = false } }

    func openStore(of deployment: DeploymentKey) async throws -> any StateStore {
        try await stores.openStore(of: deployment)
    }

    func filesFolder(of deployment: DeploymentKey) -> String? { stores.filesFolder(of: deployment) }

    func removeState(of deployment: DeploymentKey) async throws {
        if isStuck.withLock({ $0 }) { throw WorkflowError(.unavailable, "The folder is busy.") }
        try await stores.removeState(of: deployment)
    }
}
#endif
