import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite("api.handler: lists and ownership")
struct ResourceListTests {
    private func ids(_ answer: ResourceAnswer) throws -> [String] {
        try answer.list.compactMap { $0["id"]?.stringValue }
    }

    @Test("A list is in the order of creation and comes in pages")
    func paging() async throws {
        try await ResourceApplication.run { application async throws in
            for number in 0..<5 {
                _ = try await application.products.call(.send(.post, "/p", ["id": "p\(9 - number)"]))
            }
            #expect(try ids(try await application.products.call(.get("/p"))) == ["p9", "p8", "p7", "p6", "p5"])
            var target = "/p?limit=2"
            var pages: [[String]] = []
            while true {
                let answer = try await application.products.call(.get(target))
                pages.append(try ids(answer))
                guard let link = answer.headers[.link] else { break }
                #expect(link.hasSuffix(">; rel=\"next\""))
                target = String(link.dropFirst().prefix { $0 != ">" })
            }
            #expect(pages == [["p9", "p8"], ["p7", "p6"], ["p5"]])
            for query in ["limit=0", "limit=x", "limit=-1", "after=-1", "after=a"] {
                #expect(try await application.products.call(.get("/p?\(query)")).status == 400)
            }
        }
    }

    @Test("A cached list shows every change at once")
    func cache() async throws {
        try await ResourceApplication.run { application async throws in
            #expect(try ids(try await application.products.call(.get("/p"))).isEmpty)
            for number in 0..<3 {
                _ = try await application.products.call(.send(.post, "/p", ["id": "p\(number)", "n": 0]))
                #expect(try ids(try await application.products.call(.get("/p"))).count == number + 1)
            }
            _ = try await application.products.call(.send(.put, "/p/p0", id: "p0", ["n": 7]))
            #expect(try await application.products.call(.get("/p")).list[0]["data"]?["n"] == 7)
            _ = try await application.products.call(.send(.delete, "/p/p1", id: "p1", nil))
            #expect(try ids(try await application.products.call(.get("/p"))) == ["p0", "p2"])
        }
    }

    @Test("A cached list is not read from the store again, but shows what others changed after a second")
    func cacheLifetime() async throws {
        var options = ResourceApplication.Options()
        let clock = TestClock()
        options.clock = clock
        try await ResourceApplication.run(options) { application async throws in
            _ = try await application.products.call(.send(.post, "/p", ["id": "p1"]))
            #expect(try ids(try await application.products.call(.get("/p"))) == ["p1"])
            let now = clock.now
            let other = Resource(type: "products", id: "p2", data: [:], state: "new", createdAt: now, updatedAt: now)
            try await application.store.commit(StoreTransaction([.createResource(other)]))
            #expect(try ids(try await application.products.call(.get("/p"))) == ["p1"])
            clock.advance(by: .seconds(1))
            #expect(try ids(try await application.products.call(.get("/p"))) == ["p1", "p2"])
        }
    }

    @Test("Lists of resources with instances show every state at once")
    func linked() async throws {
        try await ResourceApplication.run { application async throws in
            _ = try await application.orders.call(.send(.post, "/o", ["id": "o1"]))
            #expect(try await application.orders.call(.get("/o")).list[0]["state"] == "new")
            _ = try await application.machine?.fire("start", on: "o1")
            #expect(try await application.orders.call(.get("/o")).list[0]["state"] == "validating")
        }
    }

    @Test("Who is known sees only their own and what belongs to nobody, in one order")
    func ownership() async throws {
        try await ResourceApplication.run { application async throws in
            for (id, user) in [("a1", "ann"), ("n1", nil), ("b1", "bob"), ("a2", "ann"), ("n2", nil)] {
                _ = try await application.orders.call(.send(.post, "/o", ["id": .string(id)], as: user))
            }
            #expect(try ids(try await application.orders.call(.get("/o", as: "ann"))) == ["a1", "n1", "a2", "n2"])
            #expect(try ids(try await application.orders.call(.get("/o", as: "bob"))) == ["n1", "b1", "n2"])
            #expect(try ids(try await application.orders.call(.get("/o", as: "eve"))) == ["n1", "n2"])
            #expect(try ids(try await application.orders.call(.get("/o", as: ""))) == ["n1", "n2"])
            #expect(try ids(try await application.orders.call(.get("/o"))).count == 5)
            let page = try await application.orders.call(.get("/o?limit=2", as: "ann"))
            #expect(try ids(page) == ["a1", "n1"])
            let rest = try #require(page.headers[.link]).dropFirst().prefix { $0 != ">" }
            #expect(try ids(try await application.orders.call(.get(String(rest), as: "ann"))) == ["a2", "n2"])
        }
    }

    @Test("What belongs to others is answered like what does not exist")
    func isolation() async throws {
        try await ResourceApplication.run { application async throws in
            _ = try await application.orders.call(.send(.post, "/o", ["id": "a1"], as: "ann"))
            var calls: [ResourceCall] = [
                .get("/o/a1", id: "a1", as: "eve"),
                .send(.put, "/o/a1", id: "a1", ["stolen": true], as: "eve"),
                .send(.delete, "/o/a1", id: "a1", nil, as: "eve"),
                .send(.put, "/o/a1/transition", id: "a1", ["transition": "start"], as: "eve"),
            ]
            var stream = ResourceCall.get("/o/a1", id: "a1", as: "eve")
            stream.headers[.accept] = "text/event-stream"
            calls.append(stream)
            for call in calls {
                let answer = try await application.orders.call(call)
                #expect(answer.status == 404)
                #expect(try answer.json == ["error": "Resource not found"])
            }
            let untouched = try await application.orders.call(.get("/o/a1", id: "a1", as: "ann"))
            #expect(try untouched.json["state"] == "new")
            #expect(try untouched.json["data"]?["stolen"] == nil)
        }
    }

    @Test("Nobody can give a resource to somebody else")
    func forgedOwner() async throws {
        try await ResourceApplication.run { application async throws in
            let created = try await application.orders.call(
                .send(.post, "/o", ["id": "o1", "userId": "ann"], as: "eve"))
            #expect(try created.json["data"]?["userId"] == "eve")
            #expect(try ids(try await application.orders.call(.get("/o", as: "ann"))).isEmpty)
        }
    }
}
