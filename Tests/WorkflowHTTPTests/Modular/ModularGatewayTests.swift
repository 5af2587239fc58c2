import HTTPTypes
import Testing
import WorkflowCore

@testable import WorkflowHTTP

@Suite("A gateway of chimux.router, httpserver.modular and reverseproxy", .timeLimit(.minutes(1)))
struct ModularGatewayTests {
    private func withGateway(_ body: (TestApplication) async throws -> Void) async throws {
        func backend(_ name: String) -> ClosureHandler {
            ClosureHandler { .json(["from": .string(name), "path": .string($0.path), "id": .string($0.requestID)]) }
        }
        try await withServer(backend("users")) { users async throws in
            try await withServer(backend("orders")) { orders async throws in
                let yaml = """
                    modules:
                      - name: router
                        type: chimux.router
                      - name: server
                        type: httpserver.modular
                      - name: gateway
                        type: reverseproxy
                    httpserver:
                      address: "127.0.0.1:0"
                      readTimeoutSeconds: 30
                      writeTimeoutSeconds: 30
                    chimux:
                      logRoutes: true
                      cors: {enabled: true, allowedOrigins: ["*"], allowedMethods: [GET, POST]}
                      middleware: {requestId: true, realIP: true}
                    reverseproxy:
                      backend_services:
                        users: http://127.0.0.1:\(users.port)
                        orders: http://127.0.0.1:\(orders.port)
                      routes:
                        /api/orders/*: orders
                      default_backend: users
                      timeout: 5
                    """
                try await withApplication(yaml, body)
            }
        }
    }

    @Test func `requests reach their backends without any workflow`() async throws {
        try await withGateway { app async throws in
            let order = try await app.get("/api/orders/7", headers: ["x-request-id: r-7", "origin: https://a.example"])
            #expect(order.json == ["from": "orders", "path": "/api/orders/7", "id": "r-7"])
            #expect(order["x-request-id"] == "r-7")
            #expect(order["access-control-allow-origin"] == "https://a.example")
            #expect(try await app.get("/").json["from"] == "users")
            #expect(try await app.send("PUT", "/anything/else", body: "x").json["from"] == "users")
        }
    }

    @Test func `a server and a router without any route answer with 404`() async throws {
        let yaml = """
            modules:
              - {name: server, type: httpserver.modular}
              - {name: router, type: chimux.router}
            httpserver: {host: 127.0.0.1, port: 0}
            """
        try await withApplication(yaml) { app async throws in
            let answer = try await app.get("/nothing", headers: ["origin: https://a.example"])
            #expect(answer.status == 404)
            #expect(answer["access-control-allow-origin"] == "https://a.example")
        }
    }

    @Test func `an upgrade passes the built-in middlewares`() async throws {
        let backend = try await RawBackend.open()
        let yaml = """
            modules:
              - {name: server, type: httpserver.modular, config: {address: "127.0.0.1:0"}}
              - {name: router, type: chimux.router}
              - {name: gateway, type: reverseproxy}
            reverseproxy: {backend_services: {chat: "\(backend.url)"}, default_backend: chat}
            """
        try await withApplication(yaml) { app async throws in
            let client = try await app.connect()
            try await client.send(
                "GET /chat HTTP/1.1\r\nhost: t\r\nconnection: Upgrade\r\nupgrade: websocket\r\nx-request-id: r-1\r\n\r\n"
            )
            let peer = try await backend.accept()
            #expect(try await peer.head().contains("x-request-id: r-1"))
            try await peer.send(
                "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\nfirst")
            let answer = try await client.receive(until: "\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
            #expect(answer.lowercased().contains("x-request-id: r-1\r\n"))
            #expect(try await client.receive(until: "first") == "first")
            try await client.send("hello")
            #expect(try await peer.receive(until: "hello") == "hello")
            try await client.close()
        }
        try await backend.close()
    }

    @Test func `preflight requests do not reach the backends`() async throws {
        try await withGateway { app async throws in
            let answer = try await app.send(
                "OPTIONS", "/api/orders/7",
                headers: ["origin: https://a.example", "access-control-request-method: POST"])
            #expect(answer.status == 204)
            #expect(answer.text.isEmpty)
            #expect(answer["access-control-allow-methods"] == "GET, POST")
        }
    }
}

extension ServerRequest {
    fileprivate var requestID: String { headers[.xRequestID] ?? "" }
}
