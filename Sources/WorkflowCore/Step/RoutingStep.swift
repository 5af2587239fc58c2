/// A step that leaves each call to another step, such as a conditional.
///
/// What counts for a call is the policy of the step that it is left to; until that is known, and for failures of the
/// choice, the policy of this one.
public protocol RoutingStep: ProcessingStep {
    /// Chooses the step that does the work of a call; never another routing step.
    ///
    /// - Throws: Anything: a failure of the call, as if ``ProcessingStep/execute(_:)`` had thrown it.
    func step(for invocation: StepInvocation) throws -> any ProcessingStep
}
