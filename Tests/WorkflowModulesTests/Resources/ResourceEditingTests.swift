import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite("api.handler: creating, reading, replacing, deleting")
struct ResourceEditingTests {
    @Test("A new resource gets an id of word characters and shows its fields at the top level as well")
    func creation() async throws {
        try await ResourceApplication.run { application async throws in
            let body: JSONValue = ["items": [["productId": "p1", "quantity": 2]], "total": 9.5]
            let created = try await application.orders.call(.send(.post, "/api/orders", body))
            let json = try created.json
            let id = try #require(json["id"]?.stringValue)
            #expect(created.status == 201)
            #expect(id.count == 32 && id.allSatisfy { $0.isHexDigit })
            #expect(created.headers[.location] == "/api/orders/\(id)")
            #expect(json["data"]?["id"] == .string(id))
            #expect(json["items"]?[0]?["quantity"] == 2)
            #expect(json["total"] == 9.5)
            #expect(json["state"] == "new")
            #expect(json["createdAt"]?.stringValue.flatMap(Timestamp.init(rfc3339:)) != nil)
            #expect(json["lastUpdate"]?.stringValue.flatMap(Timestamp.init(rfc3339:)) != nil)

            let read = try await application.orders.call(.get("/api/orders/\(id)", id: id))
            #expect(read.status == 200)
            #expect(try read.json["data"]?["total"] == 9.5)
            #expect(read.headers[.eTag] == created.headers[.eTag])
        }
    }

    @Test("The body may choose id and state; a taken id is a conflict")
    func chosenID() async throws {
        try await ResourceApplication.run { application async throws in
            let first = try await application.products.call(
                .send(.post, "/p", ["id": "p-1", "state": "active", "name": "Desk"]))
            #expect(first.status == 201)
            #expect(try first.json["id"] == "p-1")
            #expect(try first.json["state"] == "active")
            let second = try await application.products.call(.send(.post, "/p", ["id": "p-1"]))
            #expect(second.status == 409)
            #expect(try second.json["error"] == "Resource already exists")
            let third = try await application.products.call(.send(.post, "/p/p-2", id: "p-2", ["name": "Lamp"]))
            #expect(try third.json["id"] == "p-2")
            #expect(third.headers[.location] == "/p/p-2")
        }
    }

    @Test(
        "Ids that are not word characters are replaced in a body, and unknown in a path",
        arguments: ["", "a b", "../x", "ä", "a/b", "%00", String(repeating: "x", count: 129), "a\u{0}b", "a.b"])
    func oddIDs(_ id: String) async throws {
        try await ResourceApplication.run { application async throws in
            let created = try await application.products.call(.send(.post, "/p", ["id": .string(id)]))
            #expect(created.status == 201)
            #expect(try created.json["id"]?.stringValue.map(ResourceID.isValid) == true)
            #expect(try created.json["data"]?["id"] == created.json["id"])
            for method in [HTTPRequest.Method.get, .put, .delete] {
                let answer = try await application.products.call(.send(method, "/p/x", id: id, [:]))
                #expect(answer.status == 404)
                #expect(try answer.json == ["error": "Resource not found"])
            }
            let named = try await application.products.call(.send(.post, "/p/x", id: id, [:]))
            #expect(named.status == 400)
        }
    }

    @Test(
        "A body that is not a JSON object is refused with the place of the mistake",
        arguments: [
            Array("{\"a\":".utf8), [], Array("[1]".utf8), Array("null".utf8),
            [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D],
            Array("{\"a\":1,\"a\":2}".utf8), Array(String(repeating: "[", count: 100_000).utf8),
            Array(("{\"a\":" + String(repeating: "[", count: 70) + String(repeating: "]", count: 70) + "}").utf8),
        ])
    func invalidBodies(_ body: [UInt8]) async throws {
        try await ResourceApplication.run { application async throws in
            let call = ResourceCall(method: .post, target: "/p", body: body)
            let answer = try await application.products.call(call)
            #expect(answer.status == 400)
            #expect(try answer.json["error"] == "Invalid request body")
            #expect(try answer.json["detail"]?.stringValue?.isEmpty == false)
            #expect(try await application.products.call(.get("/p")).list.isEmpty)
        }
    }

    @Test("A body over the limit is refused before it is parsed")
    func largeBody() async throws {
        try await ResourceApplication.run { application async throws in
            let body =
                Array("{\"a\":\"".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: 10 << 20) + Array("\"}".utf8)
            let error = await #expect(throws: HTTPError.self) {
                try await application.products.call(ResourceCall(method: .post, target: "/p", body: body))
            }
            #expect(error?.status == .contentTooLarge)
        }
    }

    @Test("Replacing keeps state, owner and creation, and counts the version")
    func replacement() async throws {
        try await ResourceApplication.run { application async throws in
            let created = try await application.products.call(
                .send(.post, "/p", ["id": "p1", "state": "active", "old": 1], as: "ann"))
            let replaced = try await application.products.call(
                .send(.put, "/p/p1", id: "p1", ["id": "other", "userId": "eve", "state": "sold", "new": 2], as: "ann"))
            let json = try replaced.json
            #expect(replaced.status == 200)
            #expect(json["id"] == "p1")
            #expect(json["state"] == "active")
            #expect(json["data"]?["id"] == "p1")
            #expect(json["data"]?["userId"] == "ann")
            #expect(json["data"]?["old"] == nil)
            #expect(json["data"]?["new"] == 2)
            #expect(json["createdAt"] == (try created.json["createdAt"]))
            #expect(replaced.headers[.eTag] != created.headers[.eTag])
            let read = try await application.products.call(.get("/p/p1", id: "p1", as: "ann"))
            #expect(try read.json == json)
            #expect(read.headers[.eTag] == replaced.headers[.eTag])
        }
    }

    @Test("Replacing reaches the data of the instance")
    func replacementOfLinked() async throws {
        try await ResourceApplication.run { application async throws in
            _ = try await application.orders.call(
                .send(.post, "/o", ["id": "o1", "zip": "1", "gift": true]), firing: "start")
            _ = try await application.machine?.merge(["total": 5], into: "o1")
            let replaced = try await application.orders.call(.send(.put, "/o/o1", id: "o1", ["zip": "2"]))
            #expect(try replaced.json["data"]?["gift"] == nil)
            #expect(try replaced.json["data"]?["total"] == 5, "what the state machine has added stays")
            #expect(try replaced.json["data"]?["zip"] == "2")
            #expect(try replaced.json["state"] == "validating")
            let instance = try #require(try await application.machine?.instance("o1"))
            #expect(instance.data["zip"] == "2")
        }
    }

    @Test("Deleting removes the resource and its instance")
    func deletion() async throws {
        try await ResourceApplication.run { application async throws in
            _ = try await application.orders.call(.send(.post, "/o", ["id": "o1"]))
            #expect(try await application.machine?.instance("o1") != nil)
            #expect(try await application.orders.call(.send(.delete, "/o/o1", id: "o1", nil)).status == 204)
            #expect(try await application.machine?.instance("o1") == nil)
            #expect(try await application.orders.call(.get("/o/o1", id: "o1")).status == 404)
            #expect(try await application.orders.call(.send(.delete, "/o/o1", id: "o1", nil)).status == 404)
            #expect(try await application.orders.call(.send(.post, "/o", ["id": "o1"])).status == 201)
        }
    }

    @Test("A read with the current entity tag is answered without a body; a write with another one is refused")
    func entityTags() async throws {
        try await ResourceApplication.run { application async throws in
            _ = try await application.orders.call(.send(.post, "/o", ["id": "o1"]))
            var read = ResourceCall.get("/o/o1", id: "o1")
            let tag = try #require(try await application.orders.call(read).headers[.eTag])
            read.headers[.ifNoneMatch] = "\"x\", W/\(tag)"
            let unchanged = try await application.orders.call(read)
            #expect(unchanged.status == 304)
            #expect(unchanged.bytes.isEmpty)

            _ = try await application.machine?.fire("start", on: "o1")
            let changed = try await application.orders.call(read)
            #expect(changed.status == 200)

            var write = ResourceCall.send(.put, "/o/o1", id: "o1", ["a": 1])
            write.headers[.ifMatch] = tag
            let refused = try await application.orders.call(write)
            #expect(refused.status == 412)
            write.headers[.ifMatch] = changed.headers[.eTag]
            #expect(try await application.orders.call(write).status == 200)
            write.headers[.ifMatch] = "*"
            #expect(try await application.orders.call(write).status == 200)
            var removal = ResourceCall.send(.delete, "/o/o1", id: "o1", nil)
            removal.headers[.ifMatch] = tag
            #expect(try await application.orders.call(removal).status == 412)
        }
    }

    @Test("A resource that is made again under the same id has another entity tag")
    func tagOfSuccessor() async throws {
        try await ResourceApplication.run { application async throws in
            let first = try await application.products.call(.send(.post, "/p", ["id": "p1"]))
            _ = try await application.products.call(.send(.delete, "/p/p1", id: "p1", nil))
            let second = try await application.products.call(.send(.post, "/p", ["id": "p1"]))
            #expect(first.headers[.eTag] != second.headers[.eTag])
        }
    }

    @Test("Other methods are refused", arguments: [HTTPRequest.Method.patch, .options, .put])
    func otherMethods(_ method: HTTPRequest.Method) async throws {
        try await ResourceApplication.run { application async throws in
            let answer = try await application.products.call(.send(method, "/p", nil))
            #expect(answer.status == 405)
            #expect(try answer.json == ["error": "Method not allowed or invalid path"])
            #expect(answer.headers[.allow] == "GET, HEAD, POST")
        }
    }

    @Test("Of many who create the same id, one succeeds")
    func racingCreations() async throws {
        try await ResourceApplication.run { application async throws in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<32 {
                    group.addTask { try await application.orders.call(.send(.post, "/o", ["id": "o1"])).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 201 } == 1)
            #expect(statuses.count { $0 == 409 } == 31)
            #expect(try await application.orders.call(.get("/o")).list.count == 1)
        }
    }

    @Test("Changes are published with their kind, and only to brokers where somebody listens")
    func events() async throws {
        try await ResourceApplication.run { application async throws in
            _ = try await application.products.call(.send(.post, "/p", ["id": "silent"]))
            #expect(try await application.store.outbox(limit: 10).isEmpty)
            let recorder = MessageRecorder()
            _ = try await application.broker.subscribe(to: "products-events", name: "test", handler: recorder)
            _ = try await application.products.call(.send(.post, "/p", ["id": "p1", "name": "Desk"]))
            _ = try await application.products.call(.send(.put, "/p/p1", id: "p1", ["name": "Lamp"]))
            _ = try await application.products.call(.send(.delete, "/p/p1", id: "p1", nil))
            let messages = try await recorder.waitForMessages(3)
            #expect(
                messages.map { $0.payload["eventType"] } == [
                    "products.created", "products.updated", "products.deleted",
                ])
            #expect(messages.allSatisfy { $0.payload["resourceId"] == "p1" })
            #expect(messages[1].payload["resource"]?["data"]?["name"] == "Lamp")
            #expect(messages[2].payload["resource"] == nil)
        }
    }
}
