import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite("api.handler: server-sent events", .timeLimit(.minutes(1)))
struct ResourceStreamTests {
    /// Opens a stream and reads it until it ends or `body` returns.
    private func follow(
        _ application: ResourceApplication, _ id: String, on handler: ResourceHandler? = nil,
        _ body: (ResourceStreamRecorder) async throws -> Void
    ) async throws -> ResourceStreamRecorder {
        var call = ResourceCall.get("/o/\(id)", id: id)
        call.headers[.accept] = "text/event-stream"
        let answer = try await (handler ?? application.orders).call(call)
        #expect(answer.headers[.contentType] == "text/event-stream")
        guard case .stream(_, let produce) = answer.body else {
            Issue.record("The answer is not a stream.")
            return ResourceStreamRecorder()
        }
        let recorder = ResourceStreamRecorder()
        let reading = Task { try await produce(recorder) }
        do {
            try await body(recorder)
        } catch {
            reading.cancel()
            throw error
        }
        try? await reading.value
        return recorder
    }

    @Test("The states come in order, from the current one to the last, and then the stream ends")
    func order() async throws {
        try await ResourceApplication.run { application async throws in
            _ = try await application.orders.call(.send(.post, "/o", ["id": "o1"]))
            let recorder = try await follow(application, "o1") { recorder async throws in
                await recorder.wait(for: 1)
                for (index, transition) in ["start", "pay", "finish"].enumerated() {
                    _ = try await application.machine?.fire(transition, on: "o1")
                    await recorder.wait(for: index + 2)
                }
            }
            #expect(recorder.states == ["new", "validating", "paid", "done"])
            #expect(application.orders.streams.count == 0)
        }
    }

    @Test("However changes and reading meet, states never go back and the last one arrives")
    func races() async throws {
        try await ResourceApplication.run { application async throws in
            let path = ["new", "validating", "paid", "done"]
            for number in 0..<50 {
                let id = "o\(number)"
                _ = try await application.orders.call(.send(.post, "/o", ["id": .string(id)]))
                let recorder = try await follow(application, id) { _ in
                    for transition in ["start", "pay", "finish"] {
                        _ = try await application.machine?.fire(transition, on: id)
                    }
                }
                let steps = recorder.states.compactMap { path.firstIndex(of: $0) }
                #expect(steps == Array(Set(steps)).sorted())
                #expect(recorder.states.last == "done")
            }
        }
    }

    @Test("The stream of a completed resource has one event")
    func completed() async throws {
        try await ResourceApplication.run { application async throws in
            _ = try await application.orders.call(.send(.post, "/o", ["id": "o1"]), firing: "start")
            _ = try await application.machine?.fire("reject", on: "o1", data: ["error": "out of stock"])
            let recorder = try await follow(application, "o1") { _ in }
            #expect(recorder.states == ["failed"])
            #expect(recorder.events[0].contains("\"error\":\"out of stock\""))
        }
    }

    @Test("Changes of the resource itself and its deletion are events too")
    func resourceChanges() async throws {
        try await ResourceApplication.run { application async throws in
            _ = try await application.products.call(.send(.post, "/o", ["id": "p1", "n": 1]))
            let recorder = try await follow(application, "p1", on: application.products) { recorder async throws in
                await recorder.wait(for: 1)
                _ = try await application.products.call(.send(.put, "/o/p1", id: "p1", ["n": 2]))
                await recorder.wait(for: 2)
                _ = try await application.products.call(.send(.delete, "/o/p1", id: "p1", nil))
            }
            #expect(recorder.events.count == 3)
            #expect(recorder.events[1].contains("\"n\":2"))
            #expect(recorder.events[2] == "event: deleted\ndata: {\"id\":\"p1\"}")
        }
    }

    @Test("An instance that appears later is followed")
    func lateInstance() async throws {
        var options = ResourceApplication.Options()
        options.orders["workflowType"] = nil
        try await ResourceApplication.run(options) { application async throws in
            _ = try await application.orders.call(.send(.post, "/o", ["id": "o1"]))
            let recorder = try await follow(application, "o1") { recorder async throws in
                await recorder.wait(for: 1)
                let body: JSONValue = ["transition": "start", "workflowType": "order-processing"]
                _ = try await application.orders.call(.send(.put, "/o/o1/transition", id: "o1", body))
                await recorder.wait(for: 2)
                _ = try await application.machine?.fire("reject", on: "o1")
            }
            #expect(recorder.states == ["new", "validating", "failed"])
        }
    }

    @Test("A silent stream shows that it lives")
    func heartbeat() async throws {
        var options = ResourceApplication.Options()
        let clock = TestClock()
        options.clock = clock
        try await ResourceApplication.run(options) { application async throws in
            _ = try await application.orders.call(.send(.post, "/o", ["id": "o1"]))
            let before = clock.sleeperCount
            let recorder = try await follow(application, "o1") { recorder async throws in
                await recorder.wait(for: 1)
                try await clock.waitForSleepers(before + 1)
                clock.advance(by: .seconds(15))
                await recorder.wait(for: 2)
                _ = try await application.orders.call(.send(.delete, "/o/o1", id: "o1", nil))
            }
            #expect(recorder.events[1] == ": heartbeat")
        }
    }

    @Test("When the client is gone, or the module stops, nothing of the stream stays")
    func ending() async throws {
        try await ResourceApplication.run { application async throws in
            _ = try await application.orders.call(.send(.post, "/o", ["id": "o1"]))
            _ = try await follow(application, "o1") { recorder async throws in
                await recorder.wait(for: 1)
                recorder.leave()
                _ = try await application.machine?.fire("start", on: "o1")
            }
            #expect(application.orders.streams.count == 0)
            let recorder = try await follow(application, "o1") { recorder async throws in
                await recorder.wait(for: 1)
                await application.orders.shutdown()
            }
            #expect(recorder.states == ["validating"])
            #expect(application.orders.streams.count == 0)
        }
    }
}
