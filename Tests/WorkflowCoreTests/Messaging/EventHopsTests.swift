import Testing
import WorkflowTesting

@testable import WorkflowCore

@Suite struct EventHopsTests {
    @Test(arguments: [
        ("", 0, ""), ("00-abc-def-01", 0, "00-abc-def-01"), ("~3", 3, ""), ("~3 00-a-b-01 k=v", 3, "00-a-b-01 k=v"),
        ("~", 0, ""), ("~x 00-a-b-01", 0, "00-a-b-01"), ("~-2", 0, ""),
    ])
    func theNumberIsInFrontOfTheTrace(text: String, hops: Int, trace: String) {
        let split = EventHops.split(text)
        #expect(split.hops == hops)
        #expect(split.trace == trace)
    }

    @Test func itGoesFromAMessageToWhatItsHandlersPublish() async throws {
        let traces = Traces()
        #expect(traces.current == "")
        let message = Message(id: "1", topic: "a", payload: .null, timestamp: Timestamp(seconds: 0), trace: "~4")
        try await traces.process(message, from: "broker", subscription: "s") {
            #expect(traces.current == "~4")
            let scope = TraceScope.current
            await Task.detached { await scope.run { #expect(traces.current == "~4") } }.value
        }
        await traces.resume("~2") { #expect(traces.current == "~2") }
        #expect(traces.current == "")
    }

    @Test func whoListensToTheApplicationHearsOfTransitionsWithoutABroker() async throws {
        let tap = InMemoryMessageBroker(name: "tap")
        let recorder = MessageRecorder()
        _ = try await tap.subscribe(to: "order.*", name: "test", handler: recorder)
        var environment = EngineEnvironment(logger: .quiet)
        environment.eventTap = tap
        let context = GenerationContext(number: 1, environment: environment, store: InMemoryStateStore())
        context.runtime.begin()
        let engine = StateMachineEngine(name: "machine", generation: context)
        try engine.add(
            StateMachineDefinition(
                name: "order", initialState: "new", states: ["new": .init(), "paid": .init()],
                transitions: ["pay": .init(fromState: "new", toState: "paid")]))
        try await EventHops.$current.withValue(2) {
            _ = try await engine.create("order", id: "1", data: [:], firing: "pay")
        }
        let messages = try await recorder.waitForMessages(2)
        #expect(messages.map(\.topic) == ["order.new", "order.paid"])
        #expect(messages.map(\.trace) == ["~2", "~2"])
        #expect(context.brokers.isEmpty)
        await context.runtime.finish(within: .seconds(5))
        await tap.shutdown(deadline: .zero)
    }
}
