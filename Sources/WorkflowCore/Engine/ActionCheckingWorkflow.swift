/// A workflow that knows which actions it has, so that triggers can be checked before anything starts.
public protocol ActionCheckingWorkflow: WorkflowHandler {
    /// Looks at the action that a trigger names.
    ///
    /// - Returns: What is wrong with it, and what to do instead; `nil` when it can be run.
    func problem(withAction action: String) -> (message: String, suggestion: String?)?
}
