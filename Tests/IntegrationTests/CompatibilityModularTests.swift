import Foundation
import NIOHTTP1
import Testing
import WorkflowCatalog
import WorkflowCore
import WorkflowTesting

/// These run as soon as the catalogue has the types that they need.
@Suite("Configurations with the modules of another framework work")
struct CompatibilityModularTests {
    static let types = ["chimux.router", "eventbus.modular", "httpserver.modular", "scheduler.modular"]

    /// Whether all the types are there.
    static var areThere: Bool {
        let names = StandardCatalog.registry.descriptors.flatMap { [$0.type] + $0.aliases }
        return types.allSatisfy(names.contains)
    }

    @Test(
        "they load", .enabled(if: areThere),
        arguments: [
            "api-gateway-config", "api-gateway-modular-config", "realtime-messaging-modular-config",
            "scheduled-jobs-modular-config",
        ])
    func loads(name: String) async throws {
        let issues = try await CompatibilityFixture(name).issues()
        #expect(issues == [])
    }

    /// Two other systems that answer with their names.
    private func withBackends(_ body: ([(String, String)]) async throws -> Void) async throws {
        func backend(_ name: String) -> String {
            """
            modules:
              - {name: web, type: http.server, config: {address: ":0"}}
              - {name: router, type: http.router}
              - {name: answer, type: http.handler, config: {path: "/{path...}", response: {\(name): true}}}
            """
        }
        try await RunningApplication.run(backend("catalogue")) { catalogue in
            try await RunningApplication.run(backend("accounts")) { accounts in
                try await body([
                    ("http://127.0.0.1:9101", catalogue.client.base), ("http://127.0.0.1:9102", accounts.client.base),
                ])
            }
        }
    }

    @Test(
        "a gateway passes requests on", .enabled(if: areThere),
        arguments: ["api-gateway-config", "api-gateway-modular-config"])
    func gateway(name: String) async throws {
        try await withBackends { places in
            try await CompatibilityFixture(name).run(changes: places) { app in
                let origin = ["origin": "https://shop.example.com"]
                let catalogue = try await app.client.send("GET", "/catalogue/1", headers: origin)
                #expect(catalogue.status == 200)
                #expect(catalogue.json == ["catalogue": true])
                #expect(catalogue.headers.first(name: "access-control-allow-origin") != nil)
                let accounts = try await app.client.send("GET", "/accounts/1")
                #expect(accounts.json == ["accounts": true])
                // Routes of the configuration stand for all of the proxy's own.
                let hasOwnRoutes = name == "api-gateway-modular-config"
                let elsewhere = try await app.client.send("GET", "/elsewhere")
                #expect(elsewhere.status == (hasOwnRoutes ? 200 : 404))
                let overview = try await app.client.send("GET", "/overview")
                let both: JSONValue = ["catalogue": ["catalogue": true], "accounts": ["accounts": true]]
                #expect(!hasOwnRoutes || overview.json == both)
            }
        }
    }

    @Test(
        "a bus, a server and a scheduler with jobs start and answer", .enabled(if: areThere),
        arguments: ["realtime-messaging-modular-config", "scheduled-jobs-modular-config"])
    func starts(name: String) async throws {
        try await CompatibilityFixture(name).run { app in
            #expect(try await app.client.send("GET", "/nothing").status == 404)
            let recorder = MessageRecorder()
            let brokers = try #require(app.engine.runningGeneration?.brokers)
            #expect(brokers.count == 1)
            let pattern = TopicPattern("order.*")
            for (_, broker) in brokers {
                _ = try await broker.subscribe(to: pattern, name: "test", handler: recorder)
            }
            try await app.publish("order.paid", ["id": "1"])
            #expect(try await recorder.waitForMessages(1).map(\.topic) == ["order.paid"])
        }
    }
}
