import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

struct StateMachineSummaryTests {
    @Test func oneIsNotWrittenAsMany() async throws {
        let yaml = """
            modules: [{name: engine, type: statemachine.engine}]
            workflows:
              statemachine:
                definitions:
                  - name: door
                    initialState: open
                    states: {open: {}, shut: {}}
                    transitions: {shut: {fromState: open, toState: shut}}
                  - name: lamp
                    initialState: on
                    states: {on: {}}
                    transitions: {blink: {fromState: on, toState: on}, flash: {fromState: on, toState: on}}
            """
        let lines = Mutex<[SummaryLine]>([])
        let engine = WorkflowEngine(
            configuration: try ApplicationConfiguration(yaml: yaml),
            registry: ModuleRegistry(StandardModules.all),
            environment: EngineEnvironment(logger: .quiet),
            onReady: { summary in lines.withLock { $0 = summary.details } })
        try await engine.start()
        await engine.stop()
        let shown = lines.withLock { $0.filter { $0.topic == "state machine" }.map(\.text) }
        #expect(
            shown == [
                "door: 2 states, 1 transition, begins in open",
                "lamp: 1 state, 2 transitions, begins in on",
            ])
    }
}
