import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct CacheStampedeTests {
    /// Sends equal requests, of which the first one waits for a gate in the handler, and returns their answers.
    private func stampede(
        _ count: Int, answer: @escaping @Sendable (Int) throws -> ServerResponse,
        _ check: @escaping @Sendable (CacheApplication) -> Void = { _ in }
    ) async throws -> [CacheAnswer] {
        let (arrived, gate) = (TestGate(), TestGate())
        let handler: CacheApplication.Handler = { _, call in
            if call == 1 {
                arrived.open()
                try await gate.wait()
            }
            return try answer(call)
        }
        let answers = TestList<CacheAnswer>()
        try await CacheApplication.run(handler: handler) { application in
            try await withThrowingTaskGroup(of: CacheAnswer?.self) { group in
                group.addTask { try? await application.get("/a") }
                try await arrived.wait()
                for _ in 1..<count { group.addTask { try await application.get("/a") } }
                try await waitUntil("all wait") { application.module.cache.waiterCount == count - 1 }
                gate.open()
                for try await answer in group { if let answer { answers.add(answer) } }
            }
            check(application)
        }
        return answers.values
    }

    @Test func equalRequestsRunTheHandlerOnce() async throws {
        let answers = try await stampede(50, answer: { .text("\($0)") }, { #expect($0.callCount == 1) })
        #expect(answers.count == 50)
        #expect(Set(answers.map(\.text)) == ["1"])
        #expect(answers.filter { $0.mark == "miss" }.count == 1)
    }

    @Test func anAnswerForOneOnlyIsNotShared() async throws {
        let answers = try await stampede(10) { call in
            ServerResponse(headers: [.setCookie: "s=\(call)"], body: .bytes(Array("\(call)".utf8)))
        }
        #expect(Set(answers.map(\.text)).count == 10)
    }

    @Test func othersGoOnWhenTheFirstOneFails() async throws {
        let answers = try await stampede(10) { call in
            if call == 1 { throw WorkflowError(.unavailable, "gone") }
            return .text("\(call)")
        }
        #expect(answers.count == 9)
    }

    @Test func anotherOneGoesFirstWhenTheFirstOneIsGivenUp() async throws {
        let answers = try await stampede(
            10,
            answer: { call in
                if call == 1 { throw CancellationError() }
                return .text("\(call)")
            }, { #expect($0.callCount == 2) })
        #expect(answers.map(\.text) == Array(repeating: "2", count: 9))
    }

    @Test func whoeverWaitsCanBeCancelled() async throws {
        let (arrived, gate) = (TestGate(), TestGate())
        let handler: CacheApplication.Handler = { _, call in
            arrived.open()
            try await gate.wait()
            return .text("\(call)")
        }
        try await CacheApplication.run(handler: handler) { application in
            async let first = application.get("/a")
            try await arrived.wait()
            let second = Task { try await application.get("/a") }
            try await waitUntil("the second one waits") { application.module.cache.waiterCount == 1 }
            second.cancel()
            await #expect(throws: CancellationError.self) { try await second.value }
            gate.open()
            #expect(try await first.text == "1")
            #expect(application.callCount == 1)
        }
    }
}
