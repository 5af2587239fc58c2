import WorkflowCore
import WorkflowStore

extension Caller {
    /// The same caller with the roles as they are now.
    func refreshed(_ connection: any SQLConnection) throws -> Caller {
        if case .program(let provider, _, let identities, _) = credential {
            return holding(try IAMMappingTable.grants(identities, of: provider, connection))
        }
        return holding(try MembershipTable.grants(of: user, connection))
    }
}
