import WorkflowCore

extension ID where Entity == Workflow {
    /// The name of a workflow for places that take letters, digits and underscores only, such as a schema of a
    /// database.
    public var namespace: String {
        "wf_\(text.filter { $0 != "-" })"
    }
}
