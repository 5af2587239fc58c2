import Testing

@testable import WorkflowCore

@Suite struct TransitionPlanTests {
    private let now = Timestamp(seconds: 100)

    private func chain() throws -> StateMachineDefinition {
        try StateMachineDefinition(
            name: "order-main", initialState: "a",
            states: [
                "a": .init(data: ["s": "a"]), "b": .init(data: ["s": "b"]), "c": .init(),
                "d": .init(description: "gone wrong", isFinal: true, isError: true),
            ],
            transitions: [
                "go": .init(fromState: "a", toState: "b", data: ["t": "go", "s": "t"]),
                "next": .init(fromState: "b", toState: "c", autoTransform: true, data: ["auto": 1]),
                "last": .init(fromState: "c", toState: "d", autoTransform: true),
                "back": .init(fromState: "d", toState: "a"),
            ])
    }

    @Test func followsAutomaticTransitionsUntilAFinalState() throws {
        let machine = CompiledStateMachine(try chain())
        var plan = TransitionPlan(creating: machine.definition, id: "1", data: ["x": 0, "s": "user"], now: now)
        #expect(plan.instance.data == ["x": 0, "s": "a"])
        try plan.fire("go", data: ["x": 1, "t": "call"], machine: machine, now: now)
        #expect(plan.instance.currentState == "d")
        #expect(plan.instance.previousState == "c")
        #expect(plan.instance.completed)
        #expect(plan.instance.error == "gone wrong")
        #expect(plan.instance.version == 1, "one commit, one version")
        #expect(plan.records.map(\.transition) == ["", "go", "next", "last"])
        #expect(plan.records.map(\.toState) == ["a", "b", "c", "d"])
        #expect(plan.entered.map(\.state) == ["a", "b", "c", "d"])
    }

    @Test func laterDataWins() throws {
        let machine = CompiledStateMachine(try chain())
        var plan = TransitionPlan(creating: machine.definition, id: "1", data: [:], now: now)
        try plan.fire("go", data: ["t": "call"], machine: machine, now: now)
        let entered = try #require(plan.entered.first { $0.state == "b" }?.data)
        #expect(entered["t"] == "call", "the call's data wins over the transition's")
        #expect(entered["s"] == "b", "the state's data wins over both")
        #expect(entered["auto"] == nil, "data at that moment")
        #expect(plan.instance.data["auto"] == 1)
    }

    @Test func conditionsDecideWhatMayBeMadeAndWhatFollows() throws {
        let definition = try StateMachineDefinition(
            name: "order", initialState: "new",
            states: ["new": .init(), "checked": .init(), "small": .init(), "large": .init(), "odd": .init()],
            transitions: [
                "check": .init(
                    fromState: "new", toState: "checked",
                    condition: try Expression("items.length > 0 && input.by != null")),
                "b-large": .init(
                    fromState: "checked", toState: "large", autoTransform: true,
                    condition: try Expression("total >= 100")),
                "a-small": .init(fromState: "checked", toState: "small", autoTransform: true),
                "c-odd": .init(
                    fromState: "checked", toState: "odd", autoTransform: true, condition: try Expression("total < 0")),
            ], order: ["check", "a-small", "c-odd", "b-large"])
        let machine = CompiledStateMachine(definition)
        func end(_ data: JSONObject, _ input: JSONObject = ["by": "ann"]) throws -> String {
            var plan = TransitionPlan(creating: definition, id: "1", data: data, now: now)
            try plan.fire("check", data: input, machine: machine, now: now)
            return plan.instance.currentState
        }
        #expect(try end(["items": [1], "total": 100]) == "large")
        #expect(try end(["items": [1], "total": 5]) == "small")
        #expect(try end(["items": [1], "total": -1]) == "odd")
        for (data, input): (JSONObject, JSONObject) in [
            (["items": []], ["by": "ann"]), (["items": [1]], [:]), ([:], [:]),
        ] {
            let error = #expect(throws: WorkflowError.self) { try end(data, input) }
            #expect(error?.code == .transitionRefused)
        }
        let broken = #expect(throws: WorkflowError.self) { try end(["items": [1], "total": "many"]) }
        #expect(broken?.message.contains("cannot be evaluated") == true)
    }

    @Test func automaticTransitionsThatRunInACircleEnd() throws {
        let always = try Expression("true")
        let machine = CompiledStateMachine(
            try StateMachineDefinition(
                name: "order", initialState: "a", states: ["a": .init(), "b": .init(), "c": .init()],
                transitions: [
                    "go": .init(fromState: "a", toState: "b"),
                    "on": .init(fromState: "b", toState: "c", autoTransform: true, condition: always),
                    "back": .init(fromState: "c", toState: "b", autoTransform: true, condition: always),
                ]))
        var plan = TransitionPlan(creating: machine.definition, id: "1", data: [:], now: now)
        let error = #expect(throws: WorkflowError.self) {
            try plan.fire("go", data: [:], machine: machine, now: now)
        }
        #expect(error?.code == .limitExceeded)
    }

    @Test func leavingAFinalErrorStateOpensTheInstanceAgain() throws {
        let machine = CompiledStateMachine(try chain())
        var plan = TransitionPlan(creating: machine.definition, id: "1", data: [:], now: now)
        try plan.fire("go", data: [:], machine: machine, now: now)
        var later = TransitionPlan(instance: plan.instance)
        try later.fire("back", data: [:], machine: machine, now: now)
        #expect(!later.instance.completed)
        #expect(later.instance.error == nil)
        #expect(later.instance.version == 2)
    }

    @Test func refusesWhatDoesNotFit() throws {
        let machine = CompiledStateMachine(try chain())
        var plan = TransitionPlan(creating: machine.definition, id: "1", data: [:], now: now)
        for name in ["next", "nxt", ""] {
            do {
                try plan.fire(name, data: [:], machine: machine, now: now)
                Issue.record("\(name) is refused")
            } catch {
                #expect((error as? WorkflowError)?.code == .transitionRefused)
            }
        }
        #expect(plan.records.count == 1)
    }

    @Test func causesTheWorkOfMatchingHooksInOrder() throws {
        let hooks = [
            TransitionHook(transitions: ["go"], handler: "first"), TransitionHook(workflowType: "other", handler: "no"),
            TransitionHook(fromStates: ["a"], toStates: ["b"], handler: "second"),
            TransitionHook(toStates: ["c"], handler: "third"),
            TransitionHook(fromStates: ["c"], toStates: ["b"], handler: "no"),
        ]
        let machine = CompiledStateMachine(try chain(), hooks: hooks)
        var plan = TransitionPlan(creating: machine.definition, id: "1", data: [:], now: now)
        try plan.fire("go", data: ["x": 1], machine: machine, now: now)
        #expect(plan.work.map(\.handlers) == [["first", "second"], ["third"]])
        #expect(plan.work.first?.input == ["t": "go", "s": "t", "x": 1])
    }

    @Test func definitionsRefuseWhatCannotWork() throws {
        func define(_ states: [String], _ transitions: [String: StateMachineDefinition.Transition]) -> String? {
            do {
                _ = try StateMachineDefinition(
                    name: "m", initialState: "a",
                    states: Dictionary(uniqueKeysWithValues: states.map { ($0, .init()) }),
                    transitions: transitions)
                return nil
            } catch {
                return "\(error)"
            }
        }
        #expect(define(["b"], [:])?.contains("initial state \"a\"") == true)
        #expect(
            define(["a", "ready"], ["t": .init(fromState: "a", toState: "raedy")])?.contains("did you mean \"ready\"")
                == true)
        #expect(
            define(["a"], ["t": .init(fromState: "a", toState: "a", autoTransform: true)])?.contains("circle") == true)
        let circle: [String: StateMachineDefinition.Transition] = [
            "1": .init(fromState: "a", toState: "b", autoTransform: true),
            "2": .init(fromState: "b", toState: "c", autoTransform: true),
            "3": .init(fromState: "c", toState: "b", autoTransform: true),
        ]
        #expect(define(["a", "b", "c"], circle)?.contains("circle through the state \"b\"") == true)
        let twins: [String: StateMachineDefinition.Transition] = [
            "1": .init(fromState: "a", toState: "b", autoTransform: true),
            "2": .init(fromState: "a", toState: "b", autoTransform: true),
        ]
        #expect(define(["a", "b"], twins)?.contains("both automatic") == true)
        #expect(define(["a", "b"], ["1": .init(fromState: "a", toState: "b", autoTransform: true)]) == nil)
    }
}
