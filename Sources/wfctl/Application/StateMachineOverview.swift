import WorkflowCommandLine
import WorkflowCore

/// A state machine as its configuration tells it, which need not be a valid one.
struct StateMachineOverview {
    /// A state.
    struct State {
        let name: String
        let description: String
        let isFinal: Bool
        let isError: Bool
    }

    /// A transition.
    struct Transition {
        let name: String
        let from: String
        let to: String
        let isAutomatic: Bool
        let condition: String?
    }

    let name: String
    let initialState: String
    let states: [State]
    let transitions: [Transition]

    /// The state machines of a configuration, in the order of its files.
    static func all(in configuration: ApplicationConfiguration) -> [StateMachineOverview] {
        configuration.workflows.filter { $0.name == "statemachine" }
            .flatMap { $0.configuration["definitions"]?.elements ?? [] }.map(StateMachineOverview.init)
    }

    private init(_ node: ConfigurationNode) {
        name = node["name"]?.shownText ?? ""
        initialState = node["initialState"]?.shownText ?? ""
        states = (node["states"]?.entries ?? []).map { entry in
            State(
                name: entry.key, description: entry.value["description"]?.shownText ?? "",
                isFinal: entry.value["isFinal"]?.json.boolValue ?? false,
                isError: entry.value["isError"]?.json.boolValue ?? false)
        }
        transitions = (node["transitions"]?.entries ?? []).map { entry in
            Transition(
                name: entry.key, from: entry.value["fromState"]?.shownText ?? "",
                to: entry.value["toState"]?.shownText ?? "",
                isAutomatic: entry.value["autoTransform"]?.json.boolValue ?? false,
                condition: entry.value["condition"]?.text)
        }
    }

    /// The states with the transitions that leave them.
    var text: [String] {
        let length = transitions.map(\.name.count).max() ?? 0
        return states.flatMap { state -> [String] in
            let marks = [
                state.name == initialState ? "initial" : nil, state.isFinal ? "final" : nil,
                state.isError ? "error" : nil,
            ].compactMap(\.self)
            let title = PlainText.line(state.name) + (marks.isEmpty ? "" : " (\(marks.joined(separator: ", ")))")
            return [title]
                + transitions.filter { $0.from == state.name }.map { transition in
                    let name = PlainText.line(transition.name)
                    let gap = String(repeating: " ", count: max(0, length - name.count))
                    return "  \(name)\(gap) -> \(PlainText.line(transition.to))\(Self.note(transition))"
                }
        }
    }

    private static func note(_ transition: Transition) -> String {
        let notes = [
            transition.isAutomatic ? "automatic" : nil, transition.condition.map { "if \(PlainText.line($0))" },
        ]
        .compactMap(\.self)
        return notes.isEmpty ? "" : " (\(notes.joined(separator: ", ")))"
    }

    /// Everything, for programs.
    var json: JSONValue {
        let states = states.map { state -> JSONValue in
            var document: JSONObject = [
                "name": .string(state.name), "final": .bool(state.isFinal), "error": .bool(state.isError),
            ]
            if !state.description.isEmpty { document["description"] = .string(state.description) }
            return .object(document)
        }
        let transitions = transitions.map { transition -> JSONValue in
            var document: JSONObject = [
                "name": .string(transition.name), "from": .string(transition.from), "to": .string(transition.to),
                "automatic": .bool(transition.isAutomatic),
            ]
            if let condition = transition.condition { document["condition"] = .string(condition) }
            return .object(document)
        }
        return [
            "name": .string(name), "initialState": .string(initialState), "states": .array(states),
            "transitions": .array(transitions),
        ]
    }
}

extension ConfigurationNode {
    /// What stands in the file for a scalar.
    var shownText: String? { text ?? sourceText }
}
