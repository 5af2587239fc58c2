import Foundation
import NIOCore
import Testing
import WorkflowCore

#if SQLite
import WorkflowStore
import WorkflowStoreSQLite

@Suite("A crash loses nothing", .serialized)
struct CrashTests {
    static let happyPath = [
        "", "start_validation", "validation_passed", "start_payment", "payment_approved", "start_shipping",
        "shipping_confirmed", "deliver_order",
    ]

    @Test("kill -9 in the middle of 200 orders: after a restart each accepted order is delivered exactly once")
    func killInTheMiddle() async throws {
        try await withTemporaryFolder { folder in
            var accepted: [String] = []
            var server = try StoreFixture.start(state: folder, latency: 5...40)
            var client = try await TestClient(port: server.port()).registered(email: "crash@example.com")
            let total = 200
            await withTaskGroup(of: String?.self) { group in
                var hasty = client
                // A client would go on trying to reach the process that is dead.
                hasty.timeout = .seconds(3)
                let (running, sender) = (server, hasty)
                for index in 0..<total {
                    group.addTask {
                        let answer = try? await sender.send("POST", "/api/orders", json: StoreFixture.order)
                        // The process dies while orders are still coming in.
                        if index == total / 2 { running.kill(SIGKILL) }
                        return answer?.status == 201 ? answer?.json?["id"]?.stringValue : nil
                    }
                }
                for await id in group { if let id { accepted.append(id) } }
            }
            #expect(try await server.exitStatus() == SIGKILL)
            #expect(!accepted.isEmpty)

            server = try StoreFixture.start(state: folder)
            client = try await TestClient(port: server.port(), token: client.token)
            for id in accepted {
                try await eventually("order \(id) is delivered") {
                    let answer = try await client.send("GET", "/api/orders/\(id)")
                    return answer.json?["state"]?.stringValue == "delivered"
                }
            }
            server.kill(SIGTERM)
            #expect(try await server.exitStatus() == 0)
            try await expectExactlyOnce(accepted, folder)
        }
    }

    private func expectExactlyOnce(_ accepted: [String], _ folder: String) async throws {
        let store = try await SQLStateStore.sqlite(.init(path: "\(folder)/state.sqlite"))
        for id in accepted {
            let snapshot = try #require(try await store.resource(type: "orders", id: id))
            let instance = try #require(snapshot.instance)
            let history = try await store.history(instanceID: instance.id, limit: 100)
            #expect(history.map(\.transition) == Self.happyPath)
        }
        #expect(try await store.nextWorkDue() == nil)
        await store.close()
    }
}
#endif
