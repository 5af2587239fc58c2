extension WorkflowInvoker {
    /// What is wrong with the workflow and the action that a trigger names, or `nil`. Call it when all modules have been
    /// created.
    package func issue(workflow: Located<String>, action: Located<String>) -> ConfigurationIssue? {
        guard let handler = handler(workflow.value) else {
            return workflow.issue(
                "there is no workflow \"\(workflow.value)\"",
                suggestion: Suggestion.text(for: workflow.value, among: names, what: "workflows")
                    ?? "define one under workflows",
                absent: .workflow)
        }
        guard let checking = handler as? any ActionCheckingWorkflow else { return nil }
        return checking.problem(withAction: action.value).map { action.issue($0.message, suggestion: $0.suggestion) }
    }
}
