import Testing

@testable import WorkflowCore

@Suite struct StrandedInstancesTests {
    private let open = [
        OpenInstanceState(workflowType: "invoice", state: "sent", count: 3),
        OpenInstanceState(workflowType: "order", state: "new", count: 2),
        OpenInstanceState(workflowType: "order", state: "paid", count: 1),
    ]

    @Test func statesAndDefinitionsThatAreGoneStrandInstances() {
        let found = StrandedInstances.find(
            open, in: ["order": ["new"]], before: ["order": ["new", "paid"], "invoice": ["sent"]])
        #expect(
            found.map { "\($0)" } == [
                "invoice: 3 in \"sent\", whose definition is gone",
                "order: 1 in \"paid\", which the definition no longer has",
            ])
        #expect(found.allSatisfy { !$0.wasStrandedBefore })
    }

    @Test func whatWasStrandedBeforeIsToldApart() {
        let found = StrandedInstances.find(open, in: ["order": ["new"]], before: ["order": ["new", "paid"]])
        #expect(found.map(\.wasStrandedBefore) == [true, false])
    }

    @Test func nobodyIsStrandedWhenAllStatesAreThere() {
        #expect(StrandedInstances.find(open, in: ["order": ["new", "paid"], "invoice": ["sent"]]) == [])
        #expect(StrandedInstances.find([], in: [:]) == [])
    }

    @Test func theyAreFoundInAStore() async throws {
        let store = InMemoryStateStore()
        let now = Timestamp(seconds: 1)
        for (id, state) in [("a", "paid"), ("b", "paid"), ("c", "new")] {
            let instance = StateMachineInstance(
                id: id, workflowType: "order", currentState: state, startTime: now, lastUpdated: now)
            try await store.commit(StoreTransaction([.createInstance(instance)]))
        }
        let text = "workflows: {statemachine: {definitions: [{name: order, states: {new: , paid: }}]}}"
        let plan = try plan(text, text.replacing(", paid: ", with: ""))
        let found = try await StrandedInstances.find(in: store, plan: plan)
        #expect(found.map(\.count) == [2])
        #expect(found.map(\.reason) == [.stateGone])
    }
}
