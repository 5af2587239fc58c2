import Foundation
import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite("api.handler: configuration and seeds")
struct ResourceConfigurationTests {
    /// Writes a seed file, and removes it afterwards.
    private func withSeed<Result>(
        _ text: String, _ body: (String) async throws -> Result
    ) async throws -> Result {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("seed-\(UUID().uuidString).json")
        try Data(text.utf8).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        return try await body(path.path)
    }

    private func options(_ orders: JSONObject) -> ResourceApplication.Options {
        var options = ResourceApplication.Options()
        options.orders = orders
        return options
    }

    @Test("Seeds are loaded once, in their order")
    func seeds() async throws {
        let text = #"[{"id":"b","data":{"name":"B","price":1.10},"state":"active"},{"id":"a"}]"#
        try await withSeed(text) { path in
            var options = options(["resourceName": "goods", "seedFile": .string(path)])
            options.store = InMemoryStateStore()
            try await ResourceApplication.run(options) { application async throws in
                let list = try await application.orders.call(.get("/g")).list
                #expect(list.map { $0["id"] } == ["b", "a"])
                #expect(list[0]["state"] == "active" && list[1]["state"] == "new")
                #expect(list[0]["data"]?["price"] == 1.1)
                #expect(try await application.orders.call(.get("/g", as: "ann")).list.count == 2)
                _ = try await application.orders.call(.send(.delete, "/g/b", id: "b", nil))
            }
            try await ResourceApplication.run(options) { application async throws in
                #expect(try await application.orders.call(.get("/g")).list.map { $0["id"] } == ["a"])
            }
        }
    }

    @Test("A seed of a handler with a state machine is in the state that it shows")
    func seedsWithStates() async throws {
        let text = """
            [{"id": "a"}, {"id": "b", "state": "validating"}, {"id": "c", "state": "failed"},
             {"id": "d", "state": "new"}]
            """
        try await withSeed(text) { path in
            let configuration: JSONObject = [
                "resourceName": "orders", "workflowType": "order-processing", "seedFile": .string(path),
            ]
            try await ResourceApplication.run(options(configuration)) { application async throws in
                let list = try await application.orders.call(.get("/o")).list
                #expect(list.map { $0["state"] } == ["new", "validating", "failed", "new"])
                for (id, transition, state) in [("a", "start", "validating"), ("b", "pay", "paid")] {
                    var call = ResourceCall.send(
                        .put, "/o/\(id)/transition", id: id, ["transition": .string(transition)])
                    call.pattern = "/o/{id}/transition"
                    #expect(try await application.orders.call(call).json["state"] == .string(state))
                }
                let failed = try #require(try await application.machine?.instance("c"))
                #expect(failed.completed && failed.error == "failed")
                let history = try await application.store.history(instanceID: "b", limit: 9)
                #expect(history.map(\.toState) == ["validating", "paid"])
            }
        }
    }

    @Test("A seed in a state that its state machine does not have is an error with its place")
    func seedInUnknownState() async throws {
        try await withSeed(#"[{"id": "a"}, {"id": "b", "state": "validatin"}]"#) { path in
            let error = await #expect(throws: ConfigurationError.self) {
                let configuration: JSONObject = [
                    "resourceName": "orders", "workflowType": "order-processing", "seedFile": .string(path),
                ]
                try await ResourceApplication.run(options(configuration)) { _ in }
            }
            let issue = try #require(error?.issues.first)
            #expect(issue.message == "the state machine \"order-processing\" has no state \"validatin\"")
            #expect(issue.path == "[1].state" && issue.suggestion == "did you mean \"validating\"?")
        }
    }

    @Test(
        "A bad seed file is an error with its place",
        arguments: [
            ("[{\"id\":\"a\"},\n {\"id\" \"b\"}]", ":2:8"), ("{}", "expected a list"), ("[1]", "[0]"),
            ("[{\"id\":\"a b\"}]", "[0].id"), ("[{\"id\":\"a\"},{\"id\":\"a\"}]", "occurs twice"),
            ("[{\"id\":\"a\",\"name\":\"x\"}]", "[0].name"), ("[{\"id\":\"a\",\"data\":[]}]", "[0].data"),
        ])
    func badSeeds(_ text: String, _ expected: String) async throws {
        try await withSeed(text) { path in
            let error = await #expect(throws: ConfigurationError.self) {
                try await ResourceApplication.run(options(["seedFile": .string(path)])) { _ in }
            }
            #expect(error?.description.contains(path) == true)
            #expect(error?.description.contains(expected) == true)
        }
    }

    @Test("A missing seed file is an error")
    func missingSeed() async throws {
        let error = await #expect(throws: ConfigurationError.self) {
            try await ResourceApplication.run(options(["seedFile": "nowhere/seed.json"])) { _ in }
        }
        #expect(error?.description.contains("nowhere/seed.json") == true)
    }

    @Test(
        "Configurations that cannot work are refused",
        arguments: [
            (["workflowType": "order-procesing"], "order-processing"),
            (["workflowType": "order-processing", "initialTransition": "pay"], "initial state"),
            (["initialTransition": "start"], "workflowType"), (["workflowEngine": "nothing"], "nothing"),
            (["resourceName": "a b"], "letters"), (["pageSize": 0], "at least 1"), (["maxBodyBytes": 0], "more than 0"),
            (["resourceNam": "x"], "resourceName"),
        ] as [(JSONObject, String)])
    func refused(_ configuration: JSONObject, _ expected: String) async throws {
        let error = await #expect(throws: ConfigurationError.self) {
            try await ResourceApplication.run(options(configuration)) { _ in }
        }
        #expect(error?.description.contains(expected) == true)
    }

    @Test("The fields that are hoisted can be chosen")
    func hoisting() async throws {
        try await ResourceApplication.run(options(["hoist": ["colour", "id", "data"]])) { application async throws in
            let created = try await application.orders.call(.send(.post, "/x", ["colour": "red", "total": 5]))
            #expect(try created.json.objectValue?.keys == ["id", "data", "state", "lastUpdate", "colour"])
        }
    }

    @Test("Every example is a configuration that decodes")
    func examples() throws {
        for example in ResourceHandler.descriptor.examples + JWTAuthentication.descriptor.examples {
            let application = try ApplicationConfiguration(yaml: example.yaml)
            for module in application.modules {
                var decoder = ConfigurationDecoder()
                switch module.type {
                case ResourceHandler.descriptor.type:
                    _ = decoder.decode(ResourceHandler.Configuration.self, from: module.configuration)
                case JWTAuthentication.descriptor.type:
                    _ = decoder.decode(JWTAuthentication.Configuration.self, from: module.configuration)
                default: continue
                }
                #expect(decoder.issues.isEmpty)
            }
        }
    }
}
