import Foundation
import NIOHTTP1
import Testing
import WorkflowCore

@Suite("State machines and branches that others have written work")
struct CompatibilityStateTests {
    @Test("order-processing-pipeline: hooks and events follow a transition")
    func hooksAndEvents() async throws {
        try await CompatibilityFixture("order-processing-pipeline").run { app in
            #expect(try await app.client.send("POST", "/api/orders", json: [:]).json?["handler"] == "take-order")
            let paid = try await app.engine.invoke("order-lifecycle", action: "pay", data: ["id": "1", "total": 12])
            #expect(paid["currentState"] == "paid")
            try await app.expectMessage(to: "packer", topic: "order.paid", containing: "\"total\":12")
            try await app.expectMessage(to: "packer", containing: "\"transition\":\"pay\"")
            let shipped = try await app.engine.invoke("statemachine", action: "ship", data: ["instanceId": "1"])
            #expect(shipped["currentState"] == "shipped")
            try await app.expectMessage(to: "mailer", topic: "order.shipped")
            #expect(try await app.client.send("GET", "/readyz").json == ["status": "ready"])
        }
    }

    @Test("scheduled-jobs-config: without the module that keeps records, as advised")
    func jobs() async throws {
        let records = ("  - name: records\n    type: job.store\n    config:\n      path: ./jobs\n", "")
        try await CompatibilityFixture("scheduled-jobs-config").run(changes: [records]) { app in
            #expect(try await app.client.send("GET", "/jobs").status == 200)
            #expect(try await app.engine.invoke("scheduler", action: "clock:clean-up")["success"] == true)
            try await app.expectMessage(to: "clean-up", containing: "trigger_time")
        }
    }

    @Test("sms-chat-config: an answer is passed on")
    func chat() async throws {
        try await CompatibilityFixture("sms-chat-config").run { app in
            let inbox = try await app.client.send("POST", "/webhook/sms", json: [:])
            #expect(inbox.headers["content-type"] == ["application/xml"])
            try await app.publish("sms.in", ["from": "+49 30 1", "text": "hello"])
            try await app.expectMessage(to: "sender", topic: "sms.out", containing: "hello")
        }
    }

    @Test("state-machine-workflow: a resource is moved on by requests, and its events are told")
    func resource() async throws {
        try await CompatibilityFixture("state-machine-workflow").run { app in
            let created = try await app.client.send("POST", "/api/grants", json: ["id": "7", "title": "Bees"])
            #expect(created.status == 201)
            #expect(created.json?["state"] == "draft")
            let path = "/api/grants/7/transition"
            let wrong = try await app.client.send("PUT", path, json: ["transition": "grant"])
            #expect(wrong.status == 400)
            #expect(wrong.json?["success"] == false)
            #expect(wrong.json?["instanceId"] == "grant-7")
            for (transition, state) in [("hand_in", "submitted"), ("judge", "judged"), ("grant", "granted")] {
                let moved = try await app.client.send("PUT", path, json: ["transition": .string(transition)])
                #expect(moved.status == 200)
                #expect(moved.json?["state"] == .string(state))
            }
            let shown = try await app.client.send("GET", "/api/grants/7").json
            #expect(shown?["state"] == "granted")
            #expect(shown?["data"]?["desk"] == "reception")
            #expect(shown?["data"]?["committee"] == "first")
            try await app.expectMessage(to: "clerk", containing: "\"transition\":\"hand_in\"")
        }
    }

    @Test("trigger-workflow-example: requests, messages and jobs run workflows")
    func triggers() async throws {
        let tokens = (
            "modules:\n",
            "modules:\n  - {name: tokens, type: auth.jwt, config: {secret: a secret that is only good for tests}}\n"
        )
        try await CompatibilityFixture("trigger-workflow-example").run(changes: [tokens]) { app in
            for id in ["1", "2"] {
                #expect(try await app.client.send("POST", "/loans", json: ["id": .string(id)]).status == 201)
            }
            #expect(try await app.client.send("POST", "/loans/1/return").status == 202)
            let returned = try await app.client.send("GET", "/loans/1").json
            #expect(returned?["state"] == "back")
            #expect(returned?["data"]?["place"] == "front desk")
            try await app.publish("reader.complained", ["id": "2", "type": "noise"])
            try await app.publish("reader.complained", ["id": "2", "type": "delay"])
            try await app.expectMessage(to: "desk", topic: "loan.overdue", containing: "\"id\":\"2\"")
            #expect(try await app.client.send("GET", "/readers").status == 401)
        }
    }

    @Test("workflow-a-orders: a trigger with the path of a route runs after its handler")
    func triggerAfterHandler() async throws {
        try await CompatibilityFixture("workflow-a-orders").run { app in
            let answer = try await app.client.send("POST", "/api/orders", json: ["id": "o-1", "total": 3])
            #expect(answer.json?["handler"] == "orders-page")
            try await app.expectMessage(to: "orders-log", topic: "order.placed", containing: "\"total\":3")
        }
    }

    @Test("workflow-b-fulfillment: a message begins a delivery, which goes on by itself")
    func eventTrigger() async throws {
        try await CompatibilityFixture("workflow-b-fulfillment").run { app in
            try await app.publish("order.paid", ["id": "d-1"])
            try await app.expectMessage(to: "delivery-log", topic: "fulfillment.packed", containing: "north")
        }
    }

    /// Leads messages to a module, where the file has no workflow.
    private func subscribed(to module: String) -> [(String, String)] {
        [
            ("modules:\n", "modules:\n  - {name: bus, type: messaging.broker}\n"),
            (
                "workflows: {}\n",
                "workflows: {messaging: {subscriptions: [{topic: in, handler: \(module)}]}}\n"
            ),
        ]
    }

    @Test("workflow-a-orders-with-branching: large orders take another way")
    func ifElse() async throws {
        try await RunningApplication.runRecorder { other in
            let places = [
                ("http://127.0.0.1:9301", other.client.base), ("http://127.0.0.1:9403", other.client.base),
            ]
            let changes = subscribed(to: "is-large") + places
            try await CompatibilityFixture("workflow-a-orders-with-branching").run(changes: changes) { app in
                try await app.publish("in", ["order": ["total": 600, "items": [1]], "text": "a large one"])
                try await other.expectMessage(to: "received", containing: "\"path\":\"hook\"")
                try await app.publish("in", ["order": ["total": 60, "items": [1]]])
                try await other.expectMessage(to: "received", containing: "\"path\":\"book\"")
            }
        }
    }

    @Test("workflow-b-fulfillment-with-branching: without the call, cases lead to their modules")
    func cases() async throws {
        try await RunningApplication.runRecorder { other in
            let changes = [
                ("inventory.available(order.items)", "order.items.length > 0"),
                ("http://127.0.0.1:9404", other.client.base),
            ]
            try await CompatibilityFixture("workflow-b-fulfillment-with-branching")
                .run(changes: subscribed(to: "in-stock") + changes) { app in
                    for (carrier, path) in [("bicycle", "bicycle"), ("van", "van"), ("ship", "other")] {
                        let order: JSONValue = ["items": [1]]
                        try await app.publish("in", ["order": order, "parcel": ["carrier": .string(carrier)]])
                        try await other.expectMessage(to: "received", containing: "\"path\":\"\(path)\"")
                    }
                }
        }
    }

    @Test("workflow-c-notifications-with-branching: conditionals lead to conditionals")
    func nested() async throws {
        try await RunningApplication.runRecorder { other in
            let changes = subscribed(to: "by-kind") + [("http://127.0.0.1:9405", other.client.base)]
            try await CompatibilityFixture("workflow-c-notifications-with-branching").run(changes: changes) { app in
                let letter: JSONObject = ["kind": "mail", "priority": "high", "to": "Ada"]
                try await app.publish("in", ["letter": .object(letter), "text": "now"])
                try await other.expectMessage(to: "received", containing: "\"path\":\"pager\"")
                try await app.publish("in", ["letter": ["kind": "mail"]])
                try await other.expectMessage(to: "received", containing: "\"path\":\"mail\"")
                try await app.publish("in", ["letter": ["kind": "text"]])
                try await other.expectMessage(to: "received", containing: "\"path\":\"text\"")
            }
        }
    }

    @Test("ecommerce-app: an order goes all the way, and is there after a restart")
    func shop() async throws {
        try await withTemporaryFolder { folder in
            let source = "\(CompatibilityFixture.folder)/ecommerce-app"
            for part in ["components", "seed", "spa"] {
                try FileManager.default.copyItem(atPath: "\(source)/\(part)", toPath: "\(folder)/\(part)")
            }
            let yaml = try String(contentsOfFile: "\(source)/workflow.yaml", encoding: .utf8)
            try yaml.replacing("\":8080\"", with: "127.0.0.1:0")
                .write(toFile: "\(folder)/workflow.yaml", atomically: true, encoding: .utf8)
            let arguments = ["run", "\(folder)/workflow.yaml", "--management-address", "none"]
            let secret = ["JWT_SECRET": "a secret that is only good for tests"]
            let server = try ServerProcess(arguments, environment: secret)
            let anonymous = try await TestClient(port: server.port())
            #expect(try await anonymous.send("GET", "/api/products").json?.arrayValue?.count == 2)
            #expect(try await anonymous.send("GET", "/api/orders").status == 401)
            let page = try await anonymous.send("GET", "/", headers: ["accept": "text/html"])
            #expect(String(decoding: page.body, as: UTF8.self).contains("The shop"))
            let ada = try await anonymous.registered(email: "ada@example.com")
            let items: JSONValue = [["productId": "cup", "quantity": 2]]
            let order = try await ada.send("POST", "/api/orders", json: ["items": items])
            #expect(order.status == 201)
            let path = try "/api/orders/\(#require(order.json?["id"]?.stringValue))"
            try await eventually("the order is delivered") {
                try await ada.send("GET", path).json?["state"] == "delivered"
            }
            server.kill(SIGTERM)
            #expect(try await server.exitStatus() == 0)
            let again = try ServerProcess(arguments, environment: secret)
            var client = try await TestClient(port: again.port())
            client.token = ada.token
            #expect(try await client.send("GET", path).json?["carrier"] == "bicycle")
            again.kill(SIGTERM)
            #expect(try await again.exitStatus() == 0)
        }
    }
}
