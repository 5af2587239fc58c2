import Dispatch
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct IntegrationStepTests {
    private func run(
        _ steps: [String], settings: String = "", data: JSONObject = [:],
        _ answer: @escaping @Sendable (LoopbackServer.Request) -> LoopbackServer.Answer = { _ in
            .init(body: Array(#"{"id":7}"#.utf8))
        }
    ) async throws -> (results: JSONValue, requests: [LoopbackServer.Request]) {
        try await LoopbackServer.run(answer) { server in
            let yaml = IntegrationApplication.yaml("\(server.url)/v1/", steps, settings: settings)
            return try await IntegrationApplication.run(yaml) { app in
                (try await app.execute(data), server.requests)
            }
        }
    }

    @Test func stepsRunInOrderAndSeeTheDataAndTheResultsBefore() async throws {
        let steps = [
            "{name: customer, connector: api, action: 'GET /customers/{id}', input: {id: '${data.customer.id}', full: true}}",
            "{name: order, connector: api, action: POST /orders, input: {customer: '${customer.id}', note: 'for ${data.customer.name} (${steps.customer.statusCode})', amount: '${amount}'}}",
        ]
        let (results, requests) = try await run(
            steps, data: ["customer": ["id": "a/b c", "name": "Ann"], "amount": 12.5])
        #expect(
            requests.map { "\($0.method) \($0.path)" } == [
                "GET /v1/customers/a%2Fb%20c?full=true", "POST /v1/orders",
            ])
        #expect(requests.last?.text == #"{"customer":7,"note":"for Ann (200)","amount":12.5}"#)
        #expect(requests.last?["content-type"] == "application/json")
        #expect(results == ["customer": ["id": 7, "statusCode": 200], "order": ["id": 7, "statusCode": 200]])
    }

    @Test func aStepWithAHyphenInItsNameCanBeNamedInExpressions() async throws {
        let steps = [
            "{name: check-stock, connector: api, action: GET /stock}",
            "{name: reserve, connector: api, action: POST /reserve, input: {a: '${check-stock.id}', b: '${steps.check-stock.id - 1} left', c: 'check-stock ${data.check-stock ?? 0}'}}",
        ]
        // `data.check-stock` is a subtraction, as the expression language says.
        let (_, requests) = try await run(steps, data: ["check": 5, "stock": 2])
        #expect(requests.last?.text == #"{"a":7,"b":"6 left","c":"check-stock 3"}"#)
    }

    @Test func valuesOfThePathAreNotSentAgainAndQueriesStayQueries() async throws {
        let steps = [
            "{name: one, connector: api, action: 'GET /items?sort={order}&q=${data.q}', input: {order: a&b, tags: [x, y], none: null}}",
            "{name: two, connector: api, action: 'DELETE items/{item.id}', input: {item: {id: 5}}}",
            "{name: three, connector: api, action: 'PUT /items/{id}', input: {id: 5, name: tea}}",
        ]
        let (_, requests) = try await run(steps, data: ["q": "ü?"])
        #expect(
            requests.map(\.path) == [
                "/v1/items?sort=a%26b&q=%C3%BC%3F&tags=x&tags=y", "/v1/items/5?item=%7B%22id%22%3A5%7D", "/v1/items/5",
            ])
        #expect(requests.map(\.text) == ["", "", #"{"name":"tea"}"#])
    }

    @Test func aTransformIsAnExpressionOrATemplateOnTheResult() async throws {
        let steps = [
            "{name: a, connector: api, action: GET /, transform: 'result.id * 2 + data.n'}",
            "{name: b, connector: api, action: GET /, transform: 'Number ${id} of ${data.n}'}",
            "{name: c, connector: api, action: GET /, transform: {ids: ['${result.id}', '${a}'], ok: true}}",
            "{name: d, connector: api, action: GET /, transform: '{x: a, y: [statusCode]}'}",
        ]
        let (results, _) = try await run(steps, data: ["n": 1])
        #expect(
            results == [
                "a": 15, "b": "Number 7 of 1", "c": ["ids": [7, 15], "ok": true], "d": ["x": 15, "y": [200]],
            ])
    }

    @Test(
        arguments: [
            ("pong", "text/plain", ["raw": "pong", "statusCode": 200]),
            ("[1,2]", "application/json", ["raw": [1, 2], "statusCode": 200]),
            ("12", "text/plain", ["raw": "12", "statusCode": 200]),
            ("", "text/plain", ["raw": "", "statusCode": 200]),
            (#"{"statusCode":1,"a":1,"a":2}"#, "text/html", ["statusCode": 200, "a": 2]),
        ] as [(String, String, JSONValue)])
    func otherContentIsFoundUnderRaw(body: String, type: String, result: JSONValue) async throws {
        let (results, _) = try await run(["{name: a, connector: api, action: GET /}"]) { _ in
            .init(headers: ["Content-Type": type], body: Array(body.utf8))
        }
        #expect(results["a"] == result)
    }

    @Test(arguments: [
        ("authType: basic, username: ann, password: p", "Basic YW5uOnA="), ("authType: bearer, token: t1", "Bearer t1"),
        ("headers: {Authorization: Key k}", "Key k"),
    ])
    func requestsSayWhoSendsThem(settings: String, header: String) async throws {
        let step = "{name: a, connector: api, action: POST /, input: {n: 1}}"
        let (_, requests) = try await run([step], settings: "\(settings), timeoutSeconds: 2")
        #expect(requests.first?["authorization"] == header)
    }

    @Test func aRequestEndsAfterTheTimeOfTheConnector() async throws {
        let isOver = DispatchSemaphore(value: 0)
        defer { isOver.signal() }
        let step = "{name: a, connector: api, action: GET /slow, onError: end}"
        let (results, _) = try await run([step], settings: "timeoutSeconds: 0.2") { _ in
            _ = isOver.wait(timeout: .now() + 20)
            return .init()
        }
        #expect(results["a"] == nil)
        #expect(results["a_error"]?.stringValue?.isEmpty == false)
    }

    @Test func redirectsAreFollowedAtTheSamePlaceOnly() async throws {
        let (results, requests) = try await run(["{name: a, connector: api, action: GET /old}"]) { request in
            request.path == "/v1/old"
                ? .init(status: 302, headers: ["Location": "/new"]) : .init(body: Array("{}".utf8))
        }
        #expect(requests.map(\.path) == ["/v1/old", "/new"])
        #expect(results["a"] == ["statusCode": 200])
    }

    @Test(arguments: [
        ("GET /", 302, "http://other.example/", "redirects to another place, other.example, are not followed."),
        ("POST /", 307, "/v1/new", "redirects are followed for GET and HEAD only."),
        ("GET /", 404, "", "answers with status 404."),
        ("GET /", 503, "", "has not taken the request in 1 attempt; the last status was 503."),
    ])
    func anAnswerThatIsNoSuccessFailsTheRun(action: String, status: Int, location: String, reason: String) async throws
    {
        try await LoopbackServer.run({ _ in
            .init(status: status, headers: ["Location": location], body: Array("no object".utf8))
        }) { server in
            let yaml = IntegrationApplication.yaml(
                server.url, ["{name: a, connector: api, action: \(action)}"], settings: "headers: {X-Key: hidden}")
            try await IntegrationApplication.run(yaml) { app in
                let error = await #expect(throws: IntegrationFailure.self) { try await app.execute() }
                let text = try #require(error).description
                #expect(text.hasPrefix("The step \"a\" failed: http://127.0.0.1:\(server.port) "))
                #expect(text.hasSuffix(reason))
                #expect(!text.contains("hidden"))
                #expect(server.requests.count == 1)
            }
        }
    }

    @Test(arguments: [
        ("GET /items/{id}", "{id: null}", "The path needs a value: \"id\" of the input is missing or empty."),
        ("GET /items/{id}", "{id: ''}", "The path needs a value: \"id\" of the input is missing or empty."),
        ("GET /items/{id}/x", "{id: ..}", "A value would make . or .. a part of the path."),
        ("GET /items/{id}", "{id: [1]}", "The path needs a text or a number: \"id\" of the input is array."),
        ("GET /items/${data.none}", "{}", "The path needs a value: an expression is missing or empty."),
        ("GET /items", "[1]", "The input of GET becomes the query and must be an object, not array."),
        ("GET /items", "{a: '${1 + none}'}", "a: none is null, but + takes numbers or strings"),
    ])
    func whatCannotBeSentIsNotTriedAgain(action: String, input: String, reason: String) async throws {
        try await LoopbackServer.run { server in
            let yaml = IntegrationApplication.yaml(
                server.url, ["{name: a, connector: api, action: '\(action)', input: \(input), retryCount: 5}"])
            try await IntegrationApplication.run(yaml) { app in
                let error = await #expect(throws: IntegrationFailure.self) { try await app.execute() }
                #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
                #expect(server.requests.isEmpty)
            }
        }
    }

    @Test func anAnswerThatIsTooLargeFailsTheStep() async throws {
        try await LoopbackServer.run({ _ in .init(body: Array(repeating: 32, count: 2000)) }) { server in
            let yaml = IntegrationApplication.yaml(
                server.url, ["{name: a, connector: api, action: GET /}"], settings: "maxResponseBytes: 1KB")
            try await IntegrationApplication.run(yaml) { app in
                let error = await #expect(throws: IntegrationFailure.self) { try await app.execute() }
                #expect(error?.description.hasSuffix("is larger than 1024 bytes.") == true)
            }
        }
    }
}
