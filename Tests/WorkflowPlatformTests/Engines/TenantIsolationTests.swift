#if SQLite && PostgreSQL
import Foundation
import TestServices
import Testing
import WorkflowCore
import WorkflowPlatform
import WorkflowStorePostgreSQL

/// Two workflows of two tenants in one process, on one port, with the same names everywhere.
@Suite struct TenantIsolationTests {
    static let shop = """
        modules:
          - {name: server, type: http.server, config: {address: ":8080"}}
          - {name: router, type: http.router}
          - name: machines
            type: statemachine.engine
          - name: orders
            type: api.handler
            config: {resourceName: orders, workflowType: order, workflowEngine: machines}
          - {name: metrics, type: metrics.collector}
        workflows:
          http:
            routes:
              - {method: GET, path: /orders, handler: orders}
              - {method: POST, path: /orders, handler: orders}
              - {method: GET, path: "/orders/{id}", handler: orders}
              - {method: PUT, path: "/orders/{id}/transition", handler: orders}
          statemachine:
            engine: machines
            definitions:
              - name: order
                initialState: new
                states:
                  new: {}
                  paid: {isFinal: true}
                transitions:
                  pay: {fromState: new, toState: paid}
        """

    /// Where the state of the workflows is.
    enum Place: String, CaseIterable, Sendable {
        case sqlite, postgreSQL

        /// Calls `body` with a provider, and with what lists what it keeps.
        func withProvider(
            _ body: (any EngineProvider, _ names: () throws -> [String]) async throws -> Void
        ) async throws {
            switch self {
            case .sqlite:
                try await withStateFolder { folder in
                    try await body(FolderStores(folder: folder)) {
                        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
                    }
                }
            case .postgreSQL:
                let server = try PostgreSQLServer.shared()
                let dsn = try server.database()
                let name = String(dsn.split(separator: "/").last ?? "")
                try await SchemaStores.with(dsn) { stores in
                    try await body(stores) {
                        let schemas = try server.psql(
                            name, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'wf_%'")
                        return schemas.split(separator: "\n").map(String.init).sorted()
                    }
                }
            }
        }

        /// What a workflow is called there.
        func name(of workflow: ID<Workflow>) -> String { self == .sqlite ? workflow.text : workflow.namespace }
    }

    @Test(arguments: Place.allCases)
    func `Workflows with the same names and identifiers share nothing`(place: Place) async throws {
        try await place.withProvider { provider, names in
            try await withEngines(provider: provider) { engines in
                for name in ["acme", "globex"] {
                    let status = try await engines.manager.deploy(try deployment(name, Self.shop))
                    #expect(status.state == .running)
                    #expect(status.paths == ["/w/\(name)/"])
                }
                let created = try await engines.post("/w/acme/orders", #"{"id": "one", "owner": "acme"}"#)
                #expect(created.status == 201)
                #expect(created.header("location") == "/w/acme/orders/one")
                #expect(try await engines.get("/w/globex/orders/one").status == 404)
                #expect(try await engines.get("/w/globex/orders").json == [])

                #expect(try await engines.post("/w/globex/orders", #"{"id": "one", "owner": "globex"}"#).status == 201)
                let paid = try await engines.put("/w/acme/orders/one/transition", #"{"transition": "pay"}"#)
                #expect(paid.status == 200)
                #expect(try await engines.get("/w/acme/orders/one").json["state"] == "paid")
                let other = try await engines.get("/w/globex/orders/one")
                #expect(other.json["state"] == "new")
                #expect(other.json["data"]?["owner"] == "globex")

                let moved = try await engines.manager.invoke(
                    try workflowID("globex"), "order", action: "pay", data: ["instanceId": "one"])
                #expect(moved["currentState"] == "paid")
                await #expect(throws: WorkflowError.self) {
                    try await engines.manager.invoke(try workflowID("nobody"), "order", action: "pay")
                }

                let acme = try #require(engines.manager.metrics(of: workflowID("acme")))
                let globex = try #require(engines.manager.metrics(of: workflowID("globex")))
                #expect(acme !== globex)
                let expected = try ["acme", "globex"].map { place.name(of: try workflowID($0)) }
                #expect(try names() == expected.sorted())
                try await engines.manager.remove(try workflowID("acme"))
                #expect(try names() == [expected[1]])
                #expect(try await engines.get("/w/globex/orders/one").status == 200)
            }
        }
    }

    @Test(arguments: Place.allCases)
    func `What is deployed again after a restart finds its state`(place: Place) async throws {
        try await place.withProvider { provider, _ in
            let deployments = try ["acme", "globex"].map { try deployment($0, Self.shop) }
            try await withEngines(provider: provider) { engines in
                await engines.manager.restore(deployments)
                let created = try await engines.post("/w/acme/orders", #"{"id": "kept"}"#)
                #expect(created.status == 201)
            }
            try await withEngines(provider: provider) { engines in
                await engines.manager.restore(deployments)
                #expect(await engines.manager.statuses().map(\.state) == [.running, .running])
                let kept = try await engines.get("/w/acme/orders/kept")
                #expect(kept.json["state"] == "new")
                #expect(try await engines.get("/w/globex/orders/kept").status == 404)
            }
        }
    }

    @Test func `Many workflows share few connections to PostgreSQL`() async throws {
        let server = try PostgreSQLServer.shared()
        let dsn = try server.database()
        let name = String(dsn.split(separator: "/").last ?? "")
        try await SchemaStores.with(dsn, connections: 5) { stores in
            try await withEngines(provider: stores) { engines in
                let names = (1...20).map { "shop\($0)" }
                await engines.manager.restore(try names.map { try deployment($0, Self.shop) })
                #expect(await engines.manager.statuses().filter { $0.state == .running }.count == 20)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for name in names {
                        group.addTask {
                            for number in 1...5 {
                                let body = "{\"id\": \"\(number)\", \"owner\": \"\(name)\"}"
                                #expect(try await engines.post("/w/\(name)/orders", body).status == 201)
                                let read = try await engines.get("/w/\(name)/orders/\(number)").json
                                #expect(read["data"]?["owner"]?.stringValue == name)
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                // Five for statements, and one for signs of life.
                let count = try server.psql(
                    name,
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(name)' AND application_name = 'workflow'")
                #expect((1...6).contains(Int(count.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0), "\(count)")
                #expect(stores.connections.usage.open <= 5)
            }
        }
    }

    @Test func `Variables of the process are invisible, and those of other workflows too`() async throws {
        #expect(ProcessInfo.processInfo.environment["PATH"] != nil)
        try await withEngines { engines in
            let error = await #expect(throws: DeploymentError.self) {
                try await engines.manager.deploy(try deployment("a", saying("${PATH}")))
            }
            #expect(error?.code == .invalid)
            #expect(error?.issues.map(\.message) == ["the environment variable PATH is not set"])
            #expect(error?.issues.first?.location.description == "workflow.yaml:9:20")

            try await engines.manager.deploy(
                try deployment(
                    "a", saying("${NAME} ${secret.TOKEN}"), variables: ["NAME": "mine"], secrets: ["TOKEN": "s3cr3t"]))
            #expect(try await engines.get("/w/a/hello").body == "mine s3cr3t")
            let stranger = await #expect(throws: DeploymentError.self) {
                try await engines.manager.deploy(try deployment("b", saying("${secret.TOKEN}")))
            }
            #expect(stranger?.issues.map(\.message) == ["there is no secret TOKEN"])
            #expect(stranger?.issues.first?.suggestion == "add it to the secrets of the workflow")
        }
    }

    @Test func `Errors do not tell secrets`() async throws {
        let yaml = application("type: http.handler\n    config: {status: \"${secret.CODE}\"}")
        try await withEngines { engines in
            let error = await #expect(throws: DeploymentError.self) {
                try await engines.manager.deploy(try deployment("a", yaml, secrets: ["CODE": "hunter2-is-long"]))
            }
            #expect(error?.code == .invalid)
            #expect(error?.description.contains("hunter2") == false)
            let status = await engines.manager.status(of: try workflowID("a"))
            #expect(status?.state == .failed)
            #expect(status?.lastError?.contains("hunter2") == false)
        }
    }
}
#endif
