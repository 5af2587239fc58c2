import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite("api.handler: instances of several handlers")
struct ResourceIdentityTests {
    /// Orders and returns share a definition; tickets have one of their own.
    private static let yaml = """
        modules:
          - {name: engine, type: statemachine.engine}
          - {name: orders, type: api.handler, config: {resourceName: orders, workflowType: order}}
          - {name: returns, type: api.handler, config: {resourceName: returns, workflowType: order}}
          - {name: tickets, type: api.handler, config: {resourceName: tickets, workflowType: ticket}}
          - {name: letters, type: api.handler, config: {resourceName: letters}}
        workflows:
          statemachine:
            definitions:
              - name: order
                initialState: new
                states: {new: {}, paid: {isFinal: true}}
                transitions: {pay: {fromState: new, toState: paid}}
              - name: ticket
                initialState: open
                states: {open: {}, closed: {isFinal: true}}
                transitions: {close: {fromState: open, toState: closed}}
        """

    private func run(_ body: (WorkflowEngine) async throws -> Void) async throws {
        try await withTestEngine(
            Self.yaml, registry: ModuleRegistry(StandardModules.all), environment: EngineEnvironment(logger: .quiet),
            body)
    }

    private func handler(_ name: String, _ engine: WorkflowEngine) throws -> ResourceHandler {
        try engine.service(ResourceHandler.self, named: name)
    }

    private func wish(_ transition: String, _ body: JSONObject = [:]) -> ResourceCall {
        var body = body
        body["transition"] = .string(transition)
        var call = ResourceCall.send(.put, "/t/7/transition", id: "7", .object(body))
        call.pattern = "/t/{id}/transition"
        return call
    }

    @Test("The same id can be used with another definition, and all that names the resource finds its instance")
    func otherDefinition() async throws {
        try await run { engine async throws in
            let (orders, tickets) = (try handler("orders", engine), try handler("tickets", engine))
            #expect(try await orders.call(.send(.post, "/o", ["id": "7"])).status == 201)
            let ticket = try await tickets.call(.send(.post, "/t", ["id": "7"]))
            #expect(ticket.status == 201)
            #expect(try ticket.json["state"] == "open")
            #expect(try ticket.json["data"]?["instanceId"] == "ticket:7")

            let again = try await tickets.call(.send(.post, "/t", ["id": "7"]))
            #expect(again.status == 409)
            #expect(try again.json == ["error": "Resource already exists", "id": "7"])

            #expect(try await engine.invoke("ticket", action: "close", data: ["id": "7"])["instanceId"] == "ticket:7")
            #expect(try await tickets.call(.get("/t/7", id: "7")).json["state"] == "closed")
            #expect(try await orders.call(.get("/o/7", id: "7")).json["state"] == "new")
            #expect(try await engine.invoke("order", action: "pay", data: ["id": "7"])["instanceId"] == "7")
        }
    }

    @Test("The first transition of a resource without an instance finds an identifier too")
    func firstTransition() async throws {
        try await run { engine async throws in
            let letters = try handler("letters", engine)
            _ = try await handler("orders", engine).call(.send(.post, "/o", ["id": "7"]))
            _ = try await letters.call(.send(.post, "/l", ["id": "7"]))
            let answer = try await letters.call(wish("close", ["workflowType": "ticket"]))
            #expect(answer.status == 200)
            #expect(try answer.json["instanceId"] == "ticket:7")
            #expect(try await letters.call(.get("/l/7", id: "7")).json["state"] == "closed")
        }
    }

    @Test("Within a definition the resource that has the instance is named, to those who may see it")
    func sameDefinition() async throws {
        try await run { engine async throws in
            let (orders, returns) = (try handler("orders", engine), try handler("returns", engine))
            _ = try await orders.call(.send(.post, "/o", ["id": "7"], as: "ann"))
            let answer = try await returns.call(.send(.post, "/r", ["id": "7"], as: "ann"))
            #expect(answer.status == 409)
            #expect(
                try answer.json == [
                    "error": "The instance \"7\" belongs to orders \"7\"", "id": "7", "instanceId": "7",
                ])
            let other = try await returns.call(.send(.post, "/r", ["id": "7"], as: "eve"))
            #expect(other.status == 409)
            #expect(try other.json["error"] == "The instance \"7\" belongs to something else")
            #expect(try await returns.call(.get("/r")).list.isEmpty)
        }
    }
}
