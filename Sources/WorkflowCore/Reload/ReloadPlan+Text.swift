extension ReloadPlan {
    /// The plan for people: `+` is added, `-` removed, `~` changed, `!` needs a decision. The last line sums it up.
    ///
    /// ```text
    /// ~ module server (http.server), is restarted
    ///     ~ config.address: ":8080" -> ":9090"
    ///
    /// Routes
    ///   + GET /orders/{id} -> orders [auth]
    ///
    /// Plan: 0 to add, 1 to change, 0 to remove; 17 untouched (15 carried over, 2 rebuilt).
    /// ```
    /// - Parameter width: The greatest length of a line in characters; longer ones end with `…`. The last line is never
    ///   cut.
    public func text(width: Int = 80) -> String {
        var lines = PlanLines(width: width)
        for part in parts { lines.add(part) }
        if isReordered { lines.add("~ the modules stand in another order") }
        lines.add("Routes", routes)
        lines.add("Schedules", schedules)
        lines.add("Subscriptions", subscriptions)
        lines.begin("State machines", isNeeded: !stateMachines.isEmpty)
        for machine in stateMachines { lines.add(machine) }
        lines.begin("Running instances in states that are gone", isNeeded: !stranded.isEmpty)
        for group in stranded { lines.add("  ! \(group)") }
        return lines.text(summary: summaryLine)
    }

    private var summaryLine: String {
        guard !isEmpty else { return "No changes; \(untouchedCount) untouched." }
        let counts = [(Action.add, "add"), (.change, "change"), (.remove, "remove")]
            .map { "\(count(of: $0)) to \($1)" }.joined(separator: ", ")
        let untouched = "\(carriedOver.count) carried over, \(rebuilt.count) rebuilt"
        return "Plan: \(counts); \(untouchedCount) untouched (\(untouched))."
    }
}

/// Gathers the lines of a plan.
private struct PlanLines {
    private static let signs: [ReloadPlan.Action: String] = [.add: "+", .change: "~", .remove: "-"]

    let width: Int
    private var lines: [String] = []

    init(width: Int) {
        self.width = max(20, width)
    }

    func text(summary: String) -> String {
        (lines + (lines.isEmpty ? [] : [""]) + [summary]).joined(separator: "\n") + "\n"
    }

    mutating func add(_ line: String) {
        // Names may hold anything; a line stays one, and terminals are told nothing.
        let plain = String(String.UnicodeScalarView(line.unicodeScalars.map { Self.isShown($0) ? $0 : "\u{FFFD}" }))
        lines.append(plain.count <= width ? plain : plain.prefix(width - 1) + "…")
    }

    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }

    mutating func begin(_ title: String, isNeeded: Bool) {
        guard isNeeded else { return }
        if !lines.isEmpty { lines.append("") }
        lines.append(title)
    }

    mutating func add(_ part: ReloadPlan.Part) {
        let type = part.type.isEmpty ? "" : " (\(part.type))"
        let effect = part.effect == .none ? "" : ", is \(part.effect.rawValue)"
        add("\(Self.signs[part.action] ?? "") \(part.section.rawValue) \(part.name)\(type)\(effect)")
        if let script = part.changedScript { add("    ~ the script \(script) has changed") }
        for change in part.changes { add(change, margin: "    ") }
    }

    private mutating func add(_ change: ConfigurationChange, margin: String) {
        let path = change.path.isEmpty ? "(all keys)" : change.path
        switch (change.old, change.new) {
        case (nil, let new?): add("\(margin)+ \(path): \(new)")
        case (let old?, nil): add("\(margin)- \(path): \(old)")
        case (let old?, let new?) where old == new:
            let note = old == ConfigurationRedactor.mark ? "" : "\(new) "
            add("\(margin)~ \(path): \(note)(changed, not shown)")
        case (let old?, let new?):
            // On one line when it fits.
            let line = "\(margin)~ \(path): \(old) -> \(new)"
            guard line.count > width else { return add(line) }
            add("\(margin)~ \(path):")
            add("\(margin)    - \(old)")
            add("\(margin)    + \(new)")
        case (nil, nil): break
        }
    }

    mutating func add(_ title: String, _ items: ReloadPlan.ItemChanges) {
        begin(title, isNeeded: !items.isEmpty)
        for item in items.added { add("  + \(item.summary)") }
        for change in items.changed {
            add("  ~ \(change.new.summary)")
            if change.old.summary != change.new.summary { add("      was \(change.old.summary)") }
        }
        for item in items.removed { add("  - \(item.summary)") }
    }

    mutating func add(_ machine: ReloadPlan.StateMachineChange) {
        add("  \(Self.signs[machine.action] ?? "") \(machine.name)")
        guard machine.action == .change else { return }
        if let old = machine.oldInitialState, let new = machine.newInitialState, old != new {
            add("      ~ initial state \(old) -> \(new)")
        }
        for (kind, changes) in [("state", machine.states), ("transition", machine.transitions)] {
            for name in changes.added { add("      + \(kind) \(name)") }
            for changed in changes.changed {
                add("      ~ \(kind) \(changed.name)")
                for change in changed.changes { add(change, margin: "          ") }
            }
            for name in changes.removed { add("      - \(kind) \(name)") }
        }
    }
}
