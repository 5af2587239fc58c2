import WorkflowCore

/// Checks the branches of a conditional against each other and against the modules that they lead to.
struct BranchChecks {
    private let context: ModuleContext
    private let services: ServiceDirectory

    init(_ context: ModuleContext) {
        self.context = context
        services = context.generation.services
    }

    /// Everything that is wrong.
    ///
    /// - Parameter names: The branches that there can be; `nil` when any name can be one.
    func issues(names: [String]?) -> [ConfigurationIssue] {
        guard !context.branches.isEmpty else {
            let example = names?.first ?? "default"
            return [
                issue(
                    "", "a \(context.type) needs branches",
                    suggestion: "for example, beside config: branches: {\"\(example)\": name-of-a-module}")
            ]
        }
        let branches = context.branches.sorted { $0.key < $1.key }
        return branches.compactMap { branch, target in
            if let names, !names.contains(branch) {
                return issue(
                    branch, "there is no branch \"\(branch)\"",
                    suggestion: Suggestion.text(for: branch, among: names, what: "branches"))
            }
            return targetIssue(branch, target)
        } + circleIssues()
    }

    private func targetIssue(_ branch: String, _ target: String) -> ConfigurationIssue? {
        guard BranchTarget(target, in: services, clock: context.clock) == nil else { return nil }
        let what = "a message handler, a processing step or a component"
        let names = services.all(Any.self).map(\.name)
        guard !names.contains(target) else {
            return issue(branch, "the module \"\(target)\" is not \(what)")
        }
        let fitting = names.filter { name in
            name != context.name && BranchTarget(name, in: services, clock: context.clock) != nil
        }
        return issue(
            branch, "there is no module \"\(target)\"; \(what) is needed here",
            suggestion: Suggestion.text(for: target, among: fitting, what: "modules that fit"))
    }

    // MARK: - Circles

    /// The circle that leads from the module back to it, told by the first of its conditionals.
    private func circleIssues() -> [ConfigurationIssue] {
        let routers = services.all(ConditionalRouter.self)
        var next: [String: [String]] = [:]
        for (name, router) in routers { next[name] = router.context.branches.values.sorted() }
        for (name, step) in services.all(ProcessingStepModule.self) {
            next[name] = [step.configuration.componentID.value]
        }
        guard let circle = circle(next), routers.first(where: { circle.contains($0.name) })?.name == context.name else {
            return []
        }
        return [
            issue(
                "", "the branches lead in a circle: \((circle + [context.name]).joined(separator: " -> "))",
                suggestion: "let one of them lead elsewhere")
        ]
    }

    /// The shortest way from the module back to it, without its end.
    private func circle(_ next: [String: [String]]) -> [String]? {
        var ways = [[context.name]]
        var seen: Set<String> = []
        while !ways.isEmpty {
            var longer: [[String]] = []
            for way in ways {
                for name in next[way.last ?? ""] ?? [] {
                    if name == context.name { return way }
                    if seen.insert(name).inserted { longer.append(way + [name]) }
                }
            }
            ways = longer
        }
        return nil
    }

    private func issue(_ branch: String, _ message: String, suggestion: String? = nil) -> ConfigurationIssue {
        ConfigurationIssue(
            location: context.location, path: context.path + ".branches" + (branch.isEmpty ? "" : ".\(branch)"),
            message: message, suggestion: suggestion)
    }
}
