import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct CacheInvalidationTests {
    private static let paths = [
        "/", "/api", "/api/orders", "/api/orders/7", "/api/orders/7/items", "/api/ordersx", "/b",
    ]

    /// The paths whose answers are gone after a request.
    private static func forgotten(
        after method: HTTPRequest.Method, _ target: String, status: HTTPResponse.Status = .ok
    ) async throws -> [String] {
        let gone = TestList<String>()
        let handler: CacheApplication.Handler = { request, call in
            .text("\(call)", status: request.method == .get ? .ok : status)
        }
        try await CacheApplication.run(handler: handler) { application in
            for path in paths { _ = try await application.get(path, user: "ada") }
            #expect(try await application.send(method, target, user: "bob").mark == nil)
            for path in paths where try await application.get(path, user: "ada").mark == "miss" { gone.add(path) }
        }
        return gone.values
    }

    @Test(arguments: [HTTPRequest.Method.post, .put, .patch, .delete])
    func aChangeForgetsWhatIsAboveAndBelow(method: HTTPRequest.Method) async throws {
        let gone = try await Self.forgotten(after: method, "/api/orders/7?x=1")
        #expect(gone == ["/", "/api", "/api/orders", "/api/orders/7", "/api/orders/7/items"])
    }

    @Test func spellingsOfAPathAreTheSame() async throws {
        let gone = try await Self.forgotten(after: .put, "/api/%6Frders/")
        #expect(gone == ["/", "/api", "/api/orders", "/api/orders/7", "/api/orders/7/items"])
        #expect(try await Self.forgotten(after: .put, "/") == Self.paths)
    }

    @Test func aRefusedChangeForgetsNothing() async throws {
        #expect(try await Self.forgotten(after: .put, "/api/orders/7", status: .badRequest) == [])
        #expect(try await Self.forgotten(after: .put, "/b", status: .internalServerError) == ["/", "/b"])
        #expect(try await Self.forgotten(after: .options, "/b") == [])
    }

    @Test func aFailedChangeMayHaveChangedSomething() async throws {
        let handler: CacheApplication.Handler = { request, call in
            if request.method == .put { throw WorkflowError(.unavailable, "gone") }
            return .text("\(call)")
        }
        try await CacheApplication.run(handler: handler) { application in
            _ = try await application.get("/a")
            await #expect(throws: WorkflowError.self) { try await application.send(.put, "/a") }
            #expect(try await application.get("/a").mark == "miss")
        }
    }

    @Test func whatIsBeingAnsweredDuringAChangeIsNotKept() async throws {
        let (arrived, gate) = (TestGate(), TestGate())
        let handler: CacheApplication.Handler = { request, call in
            if call == 1 {
                arrived.open()
                try await gate.wait()
            }
            return .text("\(call)")
        }
        try await CacheApplication.run(handler: handler) { application in
            async let old = application.get("/a")
            try await arrived.wait()
            _ = try await application.send(.put, "/a")
            // A request that begins after the change does not wait for an answer from before it.
            #expect(try await application.get("/a").text == "3")
            gate.open()
            #expect(try await old.text == "1")
            #expect(try await application.get("/a").text == "3")
        }
    }
}
