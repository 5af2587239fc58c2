import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct JSONSchemaModuleTests {
    private static let order = """
        schemas:
          order:
            type: object
            required: [id]
            properties:
              id: {type: integer}
              email: {type: string, format: email}
        """

    @Test func aValidBodyReachesTheHandler() async throws {
        try await JSONSchemaApplication.run(Self.order) { application in
            let body = #"{"id": 7, "note": "a longer text than one chunk"}"#
            for type in ["application/json", "application/json; charset=utf-8", "application/merge-patch+json", nil] {
                let answer = try await application.send(.post, body, type: type)
                #expect(answer.status == 200)
                #expect(String(decoding: answer.bytes, as: UTF8.self) == body)
            }
        }
    }

    @Test func anInvalidBodyIsAnsweredWithWhatIsWrong() async throws {
        try await JSONSchemaApplication.run(Self.order) { application in
            let answer = try await application.send(.put, #"{"id": "7", "email": "nobody"}"#)
            #expect(answer.status == 400)
            #expect(answer.headers[.contentType] == "application/json")
            let expected: JSONValue = [
                "error": "the request body is not valid",
                "details": [
                    ["path": "/id", "message": "must be a whole number, is a string"],
                    ["path": "/email", "message": "must be an e-mail address"],
                ],
            ]
            #expect(try answer.json == expected)
        }
    }

    @Test func whatIsNotJSONIsRefused() async throws {
        try await JSONSchemaApplication.run(Self.order) { application in
            let broken = try await application.send(.post, "{\"id\": }")
            #expect(broken.status == 400)
            #expect(try broken.json["error"] == "the request body is not JSON")
            #expect(try broken.json["details"]?[0]?["message"]?.stringValue?.hasSuffix("(line 1, column 8)") == true)
            let missing = try await application.send(.post, "")
            #expect(missing.status == 400)
            #expect(try missing.json["error"] == "the request body is missing")
            for type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"] {
                let other = try await application.send(.post, #"{"id": 1}"#, type: type)
                #expect(other.status == 415)
                #expect(try other.json == ["error": "the request body must be application/json"])
            }
            let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
            #expect(try await application.send(.post, deep).status == 400)
        }
    }

    @Test func aLargeBodyIsRefused() async throws {
        try await JSONSchemaApplication.run("maxBodySize: 10\n" + Self.order) { application in
            let error = await #expect(throws: HTTPError.self) {
                try await application.send(.post, #"{"id": 123456789}"#)
            }
            #expect(error?.status == .contentTooLarge)
        }
    }

    @Test func requestsWithoutABodyPass() async throws {
        try await JSONSchemaApplication.run(Self.order) { application in
            for method in [HTTPRequest.Method.get, .head, .delete, .options] {
                let answer = try await application.send(method, "")
                #expect(answer.status == 200)
            }
        }
    }

    @Test func eachRouteHasItsSchema() async throws {
        let config = """
            body: general
            schemas:
              general: {required: [a]}
              special: {required: [b]}
              strict: {required: [c]}
            routes:
              POST /orders/{id}: special
              "* /items": strict
              delete /items: general
            """
        try await JSONSchemaApplication.run(config) { application in
            let requests: [(HTTPRequest.Method, String, String, Int)] = [
                (.post, "/orders/{id}", #"{"b": 1}"#, 200), (.post, "/orders/{id}", #"{"a": 1}"#, 400),
                (.put, "/orders/{id}", #"{"a": 1}"#, 200), (.patch, "/items", #"{"c": 1}"#, 200),
                (.post, "/items", #"{"a": 1}"#, 400), (.delete, "/items", #"{"a": 1}"#, 200),
                (.delete, "/items", #"{"c": 1}"#, 400), (.get, "/items", "", 200),
            ]
            for (method, route, body, status) in requests {
                let answer = try await application.send(method, body, route: route)
                #expect(answer.status == status, "\(method) \(route) \(body)")
            }
        }
    }

    @Test func filesAndSchemasReferToEachOther() async throws {
        let config = """
            body: order
            schemas:
              order: order.json
              address: address.json
              city: {type: string, minLength: 2}
            """
        let files = [
            "order.json": #"{"properties": {"to": {"$ref": "address.json"}, "from": {"$ref": "address"}}}"#,
            "address.json": #"{"properties": {"city": {"$ref": "city"}}, "required": ["city"]}"#,
        ]
        try await JSONSchemaApplication.run(config, files: files) { application in
            #expect(
                try await application.send(.post, #"{"to": {"city": "Ulm"}, "from": {"city": "Bonn"}}"#).status == 200)
            let answer = try await application.send(.post, #"{"to": {"city": "U"}, "from": {}}"#)
            let expected: JSONValue = [
                ["path": "/to/city", "message": "must have at least 2 characters"],
                ["path": "/from", "message": "the member \"city\" is missing"],
            ]
            #expect(try answer.json["details"] == expected)
        }
    }

    @Test func messagesThatAreNotValidAreRefused() async throws {
        try await JSONSchemaApplication.run(Self.order) { application in
            let recorder = MessageRecorder()
            application.module.forward(to: recorder)
            let time = Timestamp(seconds: 0)
            try await application.module.handle(Message(id: "1", topic: "t", payload: ["id": 1], timestamp: time))
            let error = await #expect(throws: WorkflowError.self) {
                try await application.module.handle(Message(id: "2", topic: "t", payload: [:], timestamp: time))
            }
            #expect(error?.message == "The content of the message is not valid: the member \"id\" is missing.")
            #expect(recorder.handled.map(\.id) == ["1"])
        }
    }

    @Test func dataOfInstancesAndInputsAreChecked() async throws {
        try await JSONSchemaApplication.run(Self.order) { application in
            func step(_ data: JSONObject) async throws -> JSONObject {
                try await application.module.execute(
                    StepInvocation(
                        instanceID: "i", workflowType: "w", transition: "t", fromState: "a", toState: "b", data: data,
                        idempotencyKey: "k", attempt: 1))
            }
            #expect(try await step(["id": 1]) == [:])
            let failed = try await step(["id": "1"])
            #expect(StepOutcome(result: failed) == .businessFailure(failed))
            #expect(failed["errors"]?[0]?["path"] == "/id")
            #expect(try await application.module.execute(["id": 1] as JSONValue) == ["valid": true, "errors": []])
            #expect(try await application.module.execute([:] as JSONValue)["valid"] == false)
        }
    }
}
