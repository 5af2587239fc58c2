import WorkflowCore

/// Checks the section `statemachine` against itself and against the modules that its hooks name.
struct StateMachineChecks {
    private typealias Definition = StateMachineWorkflowModule.DefinitionConfiguration
    private typealias Hook = StateMachineWorkflowModule.HookConfiguration

    let configuration: StateMachineWorkflowModule.Configuration
    let engineName: String
    let generation: GenerationContext

    /// Everything that is wrong.
    func issues() -> [ConfigurationIssue] {
        var issues: [ConfigurationIssue] = []
        for mapping in configuration.resourceMappings {
            let names = [engineName] + definitionNames
            let machine = mapping.stateMachine
            // The format this one follows takes an engine by the last part of its name as well.
            guard !names.contains(machine.value), !machine.value.hasSuffix(".\(engineName)") else { continue }
            issues.append(
                machine.issue(
                    "\"\(machine.value)\" is neither the engine of this section nor one of its definitions",
                    suggestion: Suggestion.text(for: machine.value, among: names, what: "names")))
        }
        for hook in configuration.hooks {
            issues += filterIssues(of: hook)
            if let issue = handlerIssue(of: hook) { issues.append(issue) }
        }
        return issues + stepIssues()
    }

    private var definitionNames: [String] { configuration.definitions.map(\.name.value) }

    /// The definitions that a hook can apply to.
    private func definitions(for hook: Hook) -> [Definition] {
        let type = hook.workflowType.value
        return configuration.definitions.filter { type.isEmpty || $0.name.value == type }
    }

    private func filterIssues(of hook: Hook) -> [ConfigurationIssue] {
        let type = hook.workflowType
        let definitions = definitions(for: hook)
        guard !definitions.isEmpty else {
            // Without any definition there is nothing that a hook without a type could not apply to.
            guard !type.value.isEmpty else { return [] }
            return [
                type.issue(
                    "there is no definition \"\(type.value)\"",
                    suggestion: Suggestion.text(for: type.value, among: definitionNames, what: "definitions"))
            ]
        }
        let owner = type.value.isEmpty ? "no definition" : "\"\(type.value)\""
        func unknown(_ names: [Located<String>], among known: [String], _ what: String) -> [ConfigurationIssue] {
            names.filter { !known.contains($0.value) }.map { name in
                name.issue(
                    type.value.isEmpty
                        ? "\(owner) has a \(what) \"\(name.value)\"" : "\(owner) has no \(what) \"\(name.value)\"",
                    suggestion: Suggestion.text(for: name.value, among: known, what: "\(what)s"))
            }
        }
        let transitions = definitions.flatMap { $0.transitions.entries.map(\.name) }
        let states = definitions.flatMap { $0.states.entries.map(\.name) }
        return unknown(hook.transitions, among: transitions, "transition")
            + unknown(hook.fromStates, among: states, "state") + unknown(hook.toStates, among: states, "state")
    }

    private func handlerIssue(of hook: Hook) -> ConfigurationIssue? {
        let handler = hook.handler
        guard generation.handlers.target(handler.value) == nil else { return nil }
        let modules = generation.services.all(Any.self).map(\.name)
        guard !modules.contains(handler.value) else {
            return handler.issue(
                "the module \"\(handler.value)\" is neither a processing step nor a message handler",
                suggestion: "hooks run modules such as processing.step and messaging.handler")
        }
        let fitting = modules.filter { generation.handlers.target($0) != nil }
        return handler.issue(
            "there is no module \"\(handler.value)\"; a processing step or message handler is needed here",
            suggestion: Suggestion.text(for: handler.value, among: fitting, what: "modules that fit")
                ?? "add a module of type processing.step or messaging.handler",
            absent: .module(name: handler.value, kind: nil))
    }

    /// Steps whose outcomes fire transitions that the state machines they work for do not have.
    private func stepIssues() -> [ConfigurationIssue] {
        generation.services.all(ProcessingStepModule.self).flatMap { name, step -> [ConfigurationIssue] in
            let hooks = configuration.hooks.filter { $0.handler.value == name }
            let users = configuration.definitions.filter { definition in
                hooks.contains { applies($0, to: definition) }
            }
            let outcomes = [step.configuration.successTransition, step.configuration.compensateTransition]
            return outcomes.compactMap { outcome -> ConfigurationIssue? in
                guard !outcome.value.isEmpty else { return nil }
                let candidates = users.isEmpty ? configuration.definitions : users
                let missing = candidates.filter { $0.transitions[outcome.value] == nil }
                guard let first = missing.first, !users.isEmpty || missing.count == candidates.count else { return nil }
                let known = candidates.flatMap { $0.transitions.entries.map(\.name) }
                return outcome.issue(
                    users.isEmpty
                        ? "no state machine has a transition \"\(outcome.value)\""
                        : "the state machine \"\(first.name.value)\", whose hooks run the step \"\(name)\", has no transition \"\(outcome.value)\"",
                    suggestion: Suggestion.text(for: outcome.value, among: known, what: "transitions"))
            }
        }
    }

    private func applies(_ hook: Hook, to definition: Definition) -> Bool {
        definition.transitions.entries.contains { entry in
            hook.hook.matches(
                workflowType: definition.name.value, transition: entry.name, from: entry.value.fromState.value,
                to: entry.value.toState.value)
        }
    }
}
