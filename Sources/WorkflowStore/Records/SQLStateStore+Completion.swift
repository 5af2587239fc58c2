import WorkflowCore

extension SQLStateStore {
    public func alignCompletion(
        of workflowType: String, finalStates: Set<String>, openStates: Set<String>
    ) async throws -> Int {
        let cache = cache
        return try await translated {
            try await database.write { connection in
                func align(_ states: Set<String>, completed: Bool) throws -> Int {
                    guard !states.isEmpty else { return 0 }
                    return try connection.execute(
                        StoreStatements.align(completed: completed, stateCount: states.count),
                        [.text(workflowType)] + states.sorted().map { .text($0) })
                }
                let completed = try align(finalStates, completed: true)
                return (try align(openStates, completed: false) - completed, completed)
            } committed: { opened, completed in
                if opened != 0 || completed != 0 { cache?.forget() }
            }.0
        }
    }
}
