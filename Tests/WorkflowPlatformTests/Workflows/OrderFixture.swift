import HTTPTypes
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

/// A workflow with orders.
struct OrderFixture {
    let workflow: TestWorkflow

    /// - Parameter aside: The state of orders that were put aside.
    static func configuration(_ aside: String, path: String = "/orders") -> String {
        """
        modules:
          - {name: server, type: http.server, config: {address: ":8080"}}
          - {name: router, type: http.router}
          - {name: machines, type: statemachine.engine}
          - {name: orders, type: api.handler, config: {resourceName: orders, workflowType: order}}
        workflows:
          http:
            routes:
              - {method: "GET, POST", path: \(path), handler: orders}
              - {method: GET, path: "\(path)/{id}", handler: orders}
          statemachine:
            engine: machines
            definitions:
              - name: order
                initialState: new
                states: {new: {}, \(aside): {}, done: {isFinal: true}}
                transitions:
                  aside: {fromState: new, toState: \(aside)}
                  finish: {fromState: \(aside), toState: done}
        """
    }

    func deploy(_ body: JSONValue = [:]) async throws -> TestAnswer {
        try await workflow.send(.post, "/deploy", as: .admin, body)
    }

    /// Makes an order, with the identifier.
    func make(_ id: String, puttingAside: Bool) async throws {
        let created = try await request(.post, "/orders", ["id": .string(id)])
        guard created.status == 201 else { throw WorkflowError(.invalidInput, created.text) }
        guard puttingAside else { return }
        _ = try await workflow.test.engines.invoke(
            workflow.id, "order", action: "aside", data: ["instanceId": .string(id)])
    }

    func state(_ id: String) async throws -> String? {
        try await request(.get, "/orders/\(id)").json["state"]?.stringValue
    }

    private func request(_ method: HTTPRequest.Method, _ path: String, _ body: JSONValue? = nil) async throws
        -> TestAnswer
    {
        let test = workflow.test
        let request = ServerRequest(
            method: method, target: "/w/\(workflow.id)\(path)", headers: [.contentType: "application/json"],
            remoteAddress: "192.0.2.9", receivedAt: test.clock.now, body: RequestBody(bytes: body?.jsonBytes() ?? []))
        do {
            return try await TestAnswer(test.engines.requests.handle(request))
        } catch let error as HTTPError {
            return try await TestAnswer(error.response)
        }
    }
}
