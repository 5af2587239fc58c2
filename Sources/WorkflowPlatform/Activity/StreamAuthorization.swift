import WorkflowCore
import WorkflowStore

/// Whether whoever began a stream may read on.
struct StreamAuthorization: Sendable {
    let caller: Caller
    let workflow: ID<Workflow>
    let action: Action

    /// Why the stream has to end; `nil` when it may go on.
    func refusal(now: Timestamp, _ connection: any SQLConnection) throws -> String? {
        guard let path = try WorkflowTable.find(workflow, connection)?.path else {
            return "The workflow was removed."
        }
        let current = try Admission.caller(caller.credential, of: caller.user, now: now, connection)
        return switch AccessPolicy.decide(current, action, on: path) {
        case .allowed: nil
        case .unauthenticated: "The session has ended, or the API key was withdrawn."
        case .forbidden, .notFound: "You may not see this any more."
        }
    }
}
