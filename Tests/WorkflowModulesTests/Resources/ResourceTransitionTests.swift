import HTTPTypes
import Testing
import WorkflowCore

@testable import WorkflowModules

@Suite("api.handler: transitions")
struct ResourceTransitionTests {
    private func wish(_ transition: String, _ id: String = "o1", as user: String? = nil) -> ResourceCall {
        var call = ResourceCall.send(
            .put, "/api/orders/\(id)/transition", id: id, ["transition": .string(transition)], as: user)
        call.pattern = "/api/orders/{id}/transition"
        return call
    }

    @Test("A new resource and the transition of a trigger are one")
    func trigger() async throws {
        try await ResourceApplication.run { application async throws in
            let created = try await application.orders.call(
                .send(.post, "/o", ["id": "o1", "zip": "1"], as: "ann"), firing: "start")
            #expect(created.status == 201)
            #expect(try created.json["state"] == "validating")
            #expect(try created.json["data"]?["state"] == "validating")
            #expect(try created.json["data"]?["workflowType"] == "order-processing")
            #expect(try created.json["data"]?["instanceId"] == "o1")
            #expect(try created.json["data"]?["userId"] == "ann")
            let history = try await application.store.history(instanceID: "o1", limit: 10)
            #expect(history.map(\.transition) == ["", "start"])
        }
    }

    @Test("A transition that the initial state does not allow leaves nothing behind")
    func refusedTrigger() async throws {
        try await ResourceApplication.run { application async throws in
            let answer = try await application.orders.call(.send(.post, "/o", ["id": "o1"]), firing: "pay")
            #expect(answer.status == 400)
            #expect(try await application.orders.call(.get("/o")).list.isEmpty)
            #expect(try await application.machine?.instance("o1") == nil)
        }
    }

    @Test("The configuration can name the first transition and a prefix for instances")
    func initialTransition() async throws {
        var options = ResourceApplication.Options()
        options.orders["initialTransition"] = "start"
        options.orders["instanceIDPrefix"] = "order-"
        try await ResourceApplication.run(options) { application async throws in
            let created = try await application.orders.call(.send(.post, "/o", ["id": "o1"]))
            #expect(try created.json["state"] == "validating")
            #expect(try await application.machine?.instance("order-o1")?.currentState == "validating")
        }
    }

    @Test("A transition answers with the new state and the resource")
    func success() async throws {
        try await ResourceApplication.run { application async throws in
            _ = try await application.orders.call(.send(.post, "/o", ["id": "o1"]))
            var call = wish("start")
            let forged = #""id":"x","userId":"eve","instanceId":"x","workflowType":"x""#
            call.body = Array(#"{"transition":"start","data":{"note":"hurry","total":5,\#(forged)}}"#.utf8)
            let answer = try await application.orders.call(call)
            let json = try answer.json
            #expect(answer.status == 200)
            #expect(json["success"] == true)
            #expect(json["id"] == "o1" && json["instanceId"] == "o1" && json["transition"] == "start")
            #expect(json["state"] == "validating")
            #expect(json["lastUpdate"]?.stringValue != nil)
            #expect(json["resource"]?["state"] == "validating")
            #expect(json["resource"]?["data"]?["note"] == "hurry")
            #expect(json["resource"]?["total"] == 5)
            let data = try #require(try await application.machine?.instance("o1")?.data)
            #expect(data["id"] == "o1" && data["userId"] == nil && data["instanceId"] == "o1")
            #expect(data["workflowType"] == "order-processing")
        }
    }

    @Test("A transition that the state refuses is the client's mistake")
    func refused() async throws {
        try await ResourceApplication.run { application async throws in
            _ = try await application.orders.call(.send(.post, "/o", ["id": "o1"]))
            let answer = try await application.orders.call(wish("pay"))
            #expect(answer.status == 400)
            let json = try answer.json
            #expect(json["success"] == false && json["transition"] == "pay" && json["instanceId"] == "o1")
            #expect(json["error"]?.stringValue?.contains("validating") == true)
            #expect(try await application.orders.call(wish("strat")).status == 400)
        }
    }

    @Test("Unknown resources and bodies without a transition")
    func mistakes() async throws {
        try await ResourceApplication.run { application async throws in
            #expect(try await application.orders.call(wish("start")).status == 404)
            _ = try await application.orders.call(.send(.post, "/o", ["id": "o1"]))
            for body: JSONValue in [
                [:], ["transition": 1], ["transition": ""], ["transition": "start", "data": 1], nil,
            ] {
                var call = wish("start")
                call.body = body.jsonBytes()
                #expect(try await application.orders.call(call).status == 400)
            }
            var read = wish("start")
            read.method = .get
            #expect(try await application.orders.call(read).status == 405)
        }
    }

    @Test("The instance of a resource that has none is created by its first transition")
    func lazyInstance() async throws {
        var options = ResourceApplication.Options()
        options.orders["workflowType"] = nil
        try await ResourceApplication.run(options) { application async throws in
            _ = try await application.orders.call(.send(.post, "/o", ["id": "o1", "a": 1]))
            #expect(try await application.machine?.instance("o1") == nil)
            let unknown = try await application.orders.call(wish("start"))
            #expect(unknown.status == 500)
            #expect(try unknown.json["success"] == false && unknown.json["transition"] == nil)
            var call = wish("start")
            call.body = Array(#"{"transition":"start","workflowType":"order-processing","data":{"b":2}}"#.utf8)
            let answer = try await application.orders.call(call)
            #expect(answer.status == 200)
            #expect(try answer.json["resource"]?["data"]?["a"] == 1)
            #expect(try answer.json["resource"]?["data"]?["b"] == 2)
            let read = try await application.orders.call(.get("/o/o1", id: "o1"))
            #expect(try read.json["state"] == "validating")
            #expect(read.headers[.eTag] == answer.headers[.eTag])
        }
    }

    @Test("Clients make only the transitions that are listed")
    func listedTransitions() async throws {
        var options = ResourceApplication.Options()
        options.orders["transitions"] = ["start"]
        try await ResourceApplication.run(options) { application async throws in
            _ = try await application.orders.call(.send(.post, "/o", ["id": "o1"]))
            #expect(try await application.orders.call(wish("start")).status == 200)
            let answer = try await application.orders.call(wish("pay"))
            #expect(answer.status == 403)
            #expect(try answer.json["success"] == false)
            #expect(try await application.machine?.instance("o1")?.currentState == "validating")
        }
        options.orders["transitions"] = ["strat"]
        let error = await #expect(throws: ConfigurationError.self) {
            try await ResourceApplication.run(options) { _ async throws in }
        }
        #expect(error?.issues.first?.suggestion == "did you mean \"start\"?")
    }

    @Test("A transition honours If-Match")
    func precondition() async throws {
        try await ResourceApplication.run { application async throws in
            let created = try await application.orders.call(.send(.post, "/o", ["id": "o1"]))
            var call = wish("start")
            call.headers[.ifMatch] = created.headers[.eTag] ?? ""
            #expect(try await application.orders.call(call).status == 200)
            var late = wish("pay")
            late.headers[.ifMatch] = created.headers[.eTag] ?? ""
            #expect(try await application.orders.call(late).status == 412)
            #expect(try await application.machine?.instance("o1")?.currentState == "validating")
            var removal = ResourceCall(method: .delete, target: "/o/o1", id: "o1")
            removal.headers[.ifMatch] = created.headers[.eTag] ?? ""
            #expect(try await application.orders.call(removal).status == 412)
        }
    }

    @Test("What a trigger brings reaches the instance, and not what only its owner may say")
    func triggerData() async throws {
        try await ResourceApplication.run { application async throws in
            var call = ResourceCall.send(.post, "/o", ["id": "o1", "zip": "1"], as: "ann")
            call.target = "/o?source=web&zip=9&userId=eve"
            let trigger = TriggeredTransition(
                workflow: "statemachine", transition: "start", data: ["priority": "high"],
                query: ["source": "web", "zip": "9", "userId": "eve"])
            _ = try await application.orders.handle(call.request, firing: trigger)
            let data = try #require(try await application.machine?.instance("o1")?.data)
            #expect(data["priority"] == "high")
            #expect(data["source"] == "web")
            #expect(data["zip"] == "1")
            #expect(data["userId"] == "ann")
            #expect(try await application.store.history(instanceID: "o1", limit: 9).last?.data == ["priority": "high"])
        }
    }

    @Test("A workflow type needs an engine that has it")
    func noEngine() async throws {
        var options = ResourceApplication.Options()
        options.hasEngine = false
        await #expect(throws: ConfigurationError.self) {
            try await ResourceApplication.run(options) { _ async throws in }
        }
    }

    @Test("Without an engine there are no transitions")
    func noWorkflow() async throws {
        var options = ResourceApplication.Options()
        options.hasEngine = false
        options.orders["workflowType"] = ""
        try await ResourceApplication.run(options) { application async throws in
            _ = try await application.orders.call(.send(.post, "/o", ["id": "o1"]))
            let answer = try await application.orders.call(wish("start"))
            #expect(answer.status == 500)
            #expect(try answer.json == ["error": "Workflow engine not found"])
        }
    }

    @Test("Of many transitions that race, one wins", arguments: [true, false])
    func race(_ isLazy: Bool) async throws {
        try await ResourceApplication.run { application async throws in
            if isLazy {
                let now = Timestamp.systemNow()
                let resource = Resource(
                    type: "orders", id: "o1", data: [:], state: "new", createdAt: now, updatedAt: now)
                try await application.store.commit(StoreTransaction([.createResource(resource)]))
            } else {
                _ = try await application.orders.call(.send(.post, "/o", ["id": "o1"]))
            }
            let call = wish("start")
            let answers = try await withThrowingTaskGroup(of: (Int, JSONValue?).self) { group in
                for _ in 0..<32 {
                    group.addTask {
                        let answer = try await application.orders.call(call)
                        return (answer.status, try answer.json["success"])
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0.0 == 200 && $0.1 == true } == 1)
            #expect(answers.count { ($0.0 == 409 || $0.0 == 400) && $0.1 == false } == 31)
            let history = try await application.store.history(instanceID: "o1", limit: 10)
            #expect(history.map(\.transition) == ["", "start"])
        }
    }

    @Test("A resource cannot take over the instance of something else")
    func foreignInstance() async throws {
        try await ResourceApplication.run { application async throws in
            _ = try await application.machine?.create("order-processing", id: "o1", data: [:])
            let created = try await application.orders.call(.send(.post, "/o", ["id": "o1"]))
            #expect(created.status == 409)
            let now = Timestamp.systemNow()
            let resource = Resource(type: "orders", id: "o1", data: [:], state: "new", createdAt: now, updatedAt: now)
            try await application.store.commit(StoreTransaction([.createResource(resource)]))
            #expect(try await application.orders.call(wish("start")).status == 409)
            #expect(try await application.machine?.instance("o1")?.currentState == "new")
        }
    }

    @Test("An item may be called transition")
    func oddName() async throws {
        try await ResourceApplication.run { application async throws in
            _ = try await application.orders.call(.send(.post, "/o", ["id": "transition"]))
            #expect(try await application.orders.call(.get("/o/transition", id: "transition")).status == 200)
            var call = wish("start", "transition")
            call.pattern = ""
            #expect(try await application.orders.call(call).status == 200)
        }
    }
}
