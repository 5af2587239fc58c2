import HTTPTypes
import Testing
import WorkflowCore

@Suite struct OperationDescriptionTests {
    private let operation = OperationDescription(
        .get, name: "show", summary: "Shows it",
        responses: [
            .error(404, "There is none."), ResponseDescription(200, "It.", content: [.json(["type": "object"])]),
        ])

    @Test func `Answers are in the order of their status, and one status may be several things`() {
        var operation = operation
        operation.add(.problem(404, "Nothing is there.", headers: [.retryAfter]))
        operation.add(.error(404, "There is none."))
        operation.add(ResponseDescription(200, "It.", content: [.json(["type": "array"])]))
        #expect(operation.responses.map(\.status) == [200, 404])
        #expect(operation.responses[0].content.map(\.schema) == [["anyOf": [["type": "object"], ["type": "array"]]]])
        #expect(operation.responses[1].details == "There is none. Nothing is there.")
        #expect(operation.responses[1].content.map(\.type) == ["application/json", "application/problem+json"])
        #expect(operation.responses[1].headers.map(\.name) == ["Retry-After"])
    }

    @Test func `A credential that serves two demands is asked for once`() {
        let (first, second) = (CredentialDescription.bearer("a", format: "JWT"), CredentialDescription.bearer("b"))
        var operation = operation
        operation.require(oneOf: [])
        #expect(operation.credentials.isEmpty)
        operation.require(oneOf: [first, second])
        #expect(operation.credentials == [[first], [second]])
        operation.require(oneOf: [first])
        #expect(operation.credentials == [[first]])
        operation.require(oneOf: [second])
        #expect(operation.credentials == [[first, second]])
    }

    @Test func `Names of schemas stay apart whatever they consist of`() {
        let names = ["a b", "a_b", "a__b", "a_20_b", "ä", "a.b", "a-b", "a/b"]
        let references = names.map { OperationDescription.reference(to: $0)["$ref"]?.stringValue ?? "" }
        #expect(Set(references).count == names.count)
        #expect(references.allSatisfy { $0.wholeMatch(of: #/\#/components/schemas/[A-Za-z0-9._-]+/#) != nil })
        var operation = operation
        operation.define("a b", true)
        #expect(operation.schemas.keys == ["a_20_b"])
    }

    @Test func `A handler that does not tell is described in general`() {
        let route = RouteDescription(method: .post, path: "/a", pattern: "/a", parameters: [], module: "m")
        let silent = ClosureHandler { _ in ServerResponse() }
        #expect(route.operations(of: silent).map(\.method) == [.post])
        #expect(route.operations(of: silent).first?.body?.content.map(\.type) == ["*/*"])
        let open = RouteDescription(method: nil, path: "/a", pattern: "/a", parameters: [], module: "m")
        #expect(open.operations(of: silent).count == 5)
        let told = DescribingHandler(silent) { route in
            route.methods(of: [.get]).map { OperationDescription($0, name: "x", summary: "x") }
        }
        #expect(open.operations(of: MiddlewareHandler(Guard(), next: told)).map(\.summary) == ["guarded"])
        #expect(route.operations(of: told).isEmpty)
    }
}

private struct Guard: DescribedMiddleware {
    func handle(_ request: ServerRequest, next: any HTTPHandler) async throws -> ServerResponse {
        try await next.handle(request)
    }

    func amend(_ operation: inout OperationDescription, on route: RouteDescription) { operation.summary = "guarded" }
}
