import Foundation
import NIOHTTP1
import Testing
import WorkflowCore

@Suite("Configurations that others have written work")
struct CompatibilityRunTests {
    /// A guard needs somebody who checks tokens.
    private static let guarded = (
        "modules:\n",
        "modules:\n  - {name: tokens, type: auth.jwt, config: {secret: a secret that is only good for tests}}\n"
    )

    @Test("advanced-scheduler-workflow: a job that has no time runs when it is asked to")
    func schedules() async throws {
        try await CompatibilityFixture("advanced-scheduler-workflow").run { app in
            let answer = try await app.engine.invoke("scheduler", action: "on-demand:stock-count")
            #expect(answer["success"] == true)
            #expect(answer["job"] == "stock-count")
            try await app.expectMessage(to: "stock-count", containing: "trigger_time")
            let invoices = try await app.engine.invoke("scheduler", action: "invoice-run")
            #expect(invoices["success"] == true)
            try await app.expectMessage(to: "invoice-run", containing: "\"currency\":\"EUR\"")
        }
    }

    @Test("api-server-config: handlers answer what they always answer")
    func fixedAnswers() async throws {
        try await CompatibilityFixture("api-server-config").run { app in
            let books = try await app.client.send("GET", "/api/books")
            #expect(books.status == 200)
            #expect(
                books.json == [
                    "handler": "list-books", "status": "success", "message": "Default handler response",
                ])
            #expect(try await app.client.send("POST", "/api/books", json: [:]).json?["handler"] == "add-book")
            #expect(try await app.client.send("GET", "/about").headers["content-type"] == ["text/plain"])
            let refused = try await app.client.send("DELETE", "/api/books")
            #expect(refused.status == 405)
            #expect(refused.headers.first(name: "allow")?.contains("POST") == true)
        }
    }

    @Test("data-pipeline-config: a message goes through all stations")
    func pipeline() async throws {
        try await CompatibilityFixture("data-pipeline-config").run { app in
            #expect(try await app.client.send("POST", "/api/files", json: [:]).status == 200)
            try await app.publish("files.raw", ["name": "a.csv"])
            try await app.expectMessage(to: "reader", topic: "files.raw", containing: "a.csv")
            try await app.expectMessage(to: "cleaner", topic: "files.read", containing: "a.csv")
            try await app.expectMessage(to: "keeper", topic: "files.clean", containing: "a.csv")
        }
    }

    @Test("event-driven-workflow: three failures are a burst, and an order follows a cart")
    func patterns() async throws {
        try await CompatibilityFixture("event-driven-workflow").run { app in
            for _ in 0..<3 { try await app.publish("login.failed", ["userId": "7", "sessionId": "s1"]) }
            try await app.expectMessage(
                to: "burst-alarm", containing: #""patternId":"many-failures","eventsCount":3"#)
            try await app.publish("order.placed", ["userId": "7", "sessionId": "wrong"])
            try await app.publish("cart.filled", ["userId": "7", "sessionId": "wrong"])
            try await app.publish("cart.filled", ["userId": "7", "sessionId": "right"])
            try await app.publish("order.placed", ["userId": "7", "sessionId": "right"])
            try await app.expectMessage(to: "checkout-alarm", containing: "cart-then-order")
            #expect(app.messages(to: "checkout-alarm").count == 1)
            #expect(try await app.client.send("GET", "/status").status == 200)
        }
    }

    @Test("event-processor-config: each topic reaches its handler")
    func messages() async throws {
        try await CompatibilityFixture("event-processor-config").run { app in
            try await app.publish("user.signed-up", ["name": "Ada"])
            try await app.publish("user.logged-in", ["name": "Bob"])
            try await app.expectMessage(to: "signup-handler", topic: "user.signed-up", containing: "Ada")
            try await app.expectMessage(to: "login-handler", topic: "user.logged-in", containing: "Bob")
        }
    }

    @Test("integration-workflow: the steps call the other system")
    func integration() async throws {
        try await RunningApplication.runRecorder { other in
            let place = ("http://127.0.0.1:9201", other.client.base)
            try await CompatibilityFixture("integration-workflow").run(changes: [place]) { app in
                #expect(try await app.client.send("POST", "/api/customers", json: ["name": "Ada"]).status == 201)
                let answer = try await app.engine.invoke(
                    "integration", action: "integration", data: ["customerId": "7"])
                #expect(answer["success"] == true, "\(answer)")
                #expect(answer["results"]?["find"]?["statusCode"] == 202)
                try await other.expectMessage(to: "received", containing: "\"path\":\"api/customers/7\"")
                try await other.expectMessage(to: "received", containing: "Customer 7")
            }
        }
    }

    @Test(
        "multi-workflow-config, simple-workflow-config: the guard lets in who has a token",
        arguments: [
            ("multi-workflow-config", "/", "/api/rooms", "rooms-events", "room-log"),
            ("simple-workflow-config", "/welcome", "/profile", "user.new", "greeter"),
        ])
    func guards(name: String, open: String, closed: String, topic: String, handler: String) async throws {
        let routes = (
            "    routes:\n", "    routes:\n      - {method: POST, path: /api/auth/register, handler: tokens}\n"
        )
        try await CompatibilityFixture(name).run(changes: [Self.guarded, routes]) { app in
            #expect(try await app.client.send("GET", open).status == 200)
            let refused = try await app.client.send("GET", closed)
            #expect(refused.status == 401)
            #expect(String(decoding: refused.body, as: UTF8.self).contains("Authorization header required"))
            let ada = try await app.client.registered(email: "ada@example.com")
            #expect(try await ada.send("GET", closed).status == 200)
            try await app.publish(topic, ["number": 12])
            try await app.expectMessage(to: handler, topic: topic, containing: "12")
        }
    }

    @Test("notification-pipeline: with routes for its trigger, a request ends in the channel and in the bucket")
    func notifications() async throws {
        let route = "{method: POST, path: /api/send, workflow: messaging, action: notification.send}"
        let changes = [("  http: {}", "  http: {routes: [\(route)]}")]
        try await RunningApplication.runRecorder { other in
            let places = [
                ("http://127.0.0.1:9301", other.client.base), ("http://127.0.0.1:9302", other.client.base),
            ]
            try await CompatibilityFixture("notification-pipeline").run(changes: changes + places) { app in
                let answer = try await app.client.send("POST", "/api/send", json: ["text": "An order is here"])
                #expect(answer.status == 202)
                try await other.expectMessage(to: "received", containing: "An order is here")
                try await other.expectMessage(to: "received", containing: "\"channel\":\"#orders\"")
                try await app.publish("notification.keep", ["keep": "this"])
                try await other.expectMessage(to: "received", containing: "\"path\":\"notifications/")
                let metrics = try await app.client.send("GET", "/metrics")
                #expect(
                    String(decoding: metrics.body, as: UTF8.self).contains("notifications_workflow_executions_total"))
                #expect(try await app.client.send("GET", "/healthz").status == 200)
            }
        }
    }
}
