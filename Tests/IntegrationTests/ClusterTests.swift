#if PostgreSQL
import Foundation
import NIOCore
import Testing
import TestServices
import WorkflowCore
import WorkflowStore
import WorkflowStorePostgreSQL

@Suite("Several nodes on one PostgreSQL", .serialized)
struct ClusterTests {
    private static let managementToken = "0123456789abcdef0123456789abcdef"

    /// A node of the store example, with its client and that of its management API.
    private struct Node {
        let server: ServerProcess
        let port: Int
        let client: TestClient
        let management: TestClient

        static func start(_ dsn: String, token: String? = nil) async throws -> Node {
            let server = try ServerProcess(
                [
                    "run", StoreFixture.file, "--state", dsn, "--management-address", "127.0.0.1:0",
                    "--node-timeout-seconds", "2",
                ],
                environment: StoreFixture.environment(latency: 5...40).merging(
                    ["WORKFLOW_MANAGEMENT_TOKEN": managementToken]) { $1 })
            let port = try await server.port()
            let line = server.standardOutput.firstMatch(of: #/management +http://127\.0\.0\.1:(\d+)//#)
            return Node(
                server: server, port: port, client: TestClient(port: port, token: token),
                management: TestClient(
                    port: try #require(line.flatMap { Int($0.1) }), token: managementToken))
        }

        func cluster() async throws -> [JSONValue] {
            try await management.send("GET", "/api/workflow/cluster").json?["nodes"]?.arrayValue ?? []
        }
    }

    @Test("kill -9 of a node in the middle of 120 orders: the other finishes them, each step once")
    func killInTheMiddle() async throws {
        let dsn = try PostgreSQLServer.shared().database()
        let (one, two) = (try await Node.start(dsn), try await Node.start(dsn))
        let client = try await two.client.registered(email: "cluster@example.com")
        try await eventually("both nodes know of each other") { try await one.cluster().count == 2 }
        var accepted: [String] = []
        await withTaskGroup(of: String?.self) { group in
            for index in 0..<120 {
                var sender = TestClient(port: (index.isMultiple(of: 2) ? one : two).port, token: client.token)
                sender.timeout = .seconds(10)
                group.addTask { [sender] in
                    let answer = try? await sender.send("POST", "/api/orders", json: StoreFixture.order)
                    if index == 60 { one.server.kill(SIGKILL) }
                    return answer?.status == 201 ? answer?.json?["id"]?.stringValue : nil
                }
            }
            for await id in group { if let id { accepted.append(id) } }
        }
        #expect(try await one.server.exitStatus() == SIGKILL)
        try await delivered(accepted, by: client)
        #expect(two.server.standardError.contains("Took over from nodes that are gone"))
        #expect(try await two.cluster().count == 1)
        two.server.kill(SIGTERM)
        #expect(try await two.server.exitStatus() == 0)
        try await expectExactlyOnce(accepted, dsn)
    }

    @Test("a node that was paused finds its work taken over, and goes on as another node")
    func pauses() async throws {
        let dsn = try PostgreSQLServer.shared().database()
        let (one, two) = (try await Node.start(dsn), try await Node.start(dsn))
        let client = try await two.client.registered(email: "paused@example.com")
        let orders = TestClient(port: one.port, token: client.token)
        try await eventually("both nodes know of each other") { try await two.cluster().count == 2 }
        var accepted: [String] = []
        for _ in 0..<20 {
            let answer = try await orders.send("POST", "/api/orders", json: StoreFixture.order)
            accepted.append(try #require(answer.json?["id"]?.stringValue))
        }
        one.server.kill(SIGSTOP)
        try await delivered(accepted, by: client)
        one.server.kill(SIGCONT)
        try await eventually(within: .seconds(20), "it is a node again") { try await one.cluster().count == 2 }
        let answer = try await orders.send("POST", "/api/orders", json: StoreFixture.order)
        accepted.append(try #require(answer.json?["id"]?.stringValue))
        try await delivered(accepted, by: client)
        for node in [one, two] {
            node.server.kill(SIGTERM)
            #expect(try await node.server.exitStatus() == 0)
        }
        try await expectExactlyOnce(accepted, dsn)
    }

    private func delivered(_ orders: [String], by client: TestClient) async throws {
        for id in orders {
            try await eventually(within: .seconds(30), "order \(id) is delivered") {
                let answer = try await client.send("GET", "/api/orders/\(id)")
                return answer.json?["state"]?.stringValue == "delivered"
            }
        }
    }

    private func expectExactlyOnce(_ orders: [String], _ dsn: String) async throws {
        let store = try await SQLStateStore.postgreSQL(.init(dsn: dsn))
        for id in orders {
            let instance = try #require(try await store.resource(type: "orders", id: id)?.instance)
            let history = try await store.history(instanceID: instance.id, limit: 100)
            #expect(history.map(\.transition) == CrashTests.happyPath)
        }
        #expect(try await store.nextWorkDue() == nil)
        #expect(try await store.nodes().isEmpty)
        await store.close()
    }
}
#endif
