import WorkflowCommandLine

/// Diagrams in the language of Mermaid. Names are labels and never identifiers, so that they may hold anything.
enum MermaidDiagram {
    /// A state diagram.
    static func lines(_ machine: StateMachineOverview) -> [String] {
        var lines = ["stateDiagram-v2"]
        var identifiers: [String: String] = [:]
        for (index, state) in machine.states.enumerated() {
            identifiers[state.name] = "s\(index)"
            lines.append("    state \"\(label(state.name))\" as s\(index)")
        }
        if let initial = identifiers[machine.initialState] { lines.append("    [*] --> \(initial)") }
        for transition in machine.transitions {
            guard let from = identifiers[transition.from], let to = identifiers[transition.to] else { continue }
            lines.append("    \(from) --> \(to): \(label(transition.name))")
        }
        for state in machine.states where state.isFinal {
            if let identifier = identifiers[state.name] { lines.append("    \(identifier) --> [*]") }
        }
        return lines
    }

    /// A flow chart of modules.
    static func lines(_ references: ModuleReferences) -> [String] {
        var lines = ["flowchart LR"]
        var identifiers: [String: String] = [:]
        for (index, section) in references.sections.enumerated() {
            identifiers[section] = "w\(index)"
            lines.append("    w\(index)([\"\(label(section))\"])")
        }
        for (index, module) in references.modules.enumerated() {
            identifiers[module.name] = "m\(index)"
            lines.append("    m\(index)[\"\(label(module.name))<br>\(label(module.type))\"]")
        }
        for reference in references.all {
            guard let from = identifiers[reference.source], let to = identifiers[reference.target] else { continue }
            lines.append("    \(from) --> \(to)")
        }
        return lines
    }

    /// A name without what ends a label or means something in one.
    private static func label(_ name: String) -> String {
        PlainText.line(name).replacing("&", with: "#amp;").replacing("\"", with: "#quot;").replacing("<", with: "#lt;")
            .replacing(">", with: "#gt;").replacing(":", with: "#colon;")
    }
}
