import WorkflowCore

/// What is to be seen of many workflows at a glance.
struct Dashboard: Sendable {
    /// What is to be seen of one of them.
    struct Summary: Sendable {
        let workflow: ID<Workflow>
        let name: String
        let status: Workflow.Status
        var executions: [Execution.Status: Int64] = [:]
        let logs: LogCounts
    }

    /// The workflows by what is wanted of them.
    var workflows: [Workflow.Status: Int64] = [:]
    /// The executions of all of them.
    var executions: [Execution.Status: Int64] = [:]
    /// The lines of the logs of all of them.
    var logs = LogCounts()
    /// A part of the workflows, newest first.
    var page: Page<Summary>
}
