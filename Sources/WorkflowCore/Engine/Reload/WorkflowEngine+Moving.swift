extension WorkflowEngine {
    /// Moves running instances to other states of the configuration that runs, as a reload with a mapping does.
    ///
    /// - Parameters:
    ///   - mapping: Where they go.
    ///   - commit: Called when they have moved, to make it last; when it throws, they are moved back.
    /// - Returns: How many instances were moved.
    /// - Throws: ``ConfigurationError`` when the mapping does not fit the definitions, ``StoreError``, what `commit`
    ///   throws, and ``WorkflowError`` `.unavailable` when the engine does not run.
    @discardableResult
    public func moveInstances(
        _ mapping: ReloadMapping, commit: @Sendable () async throws -> Void
    ) async throws -> Int {
        let generation = try running()
        let moves = InstanceMoves()
        do {
            try await move(mapping, to: generation, moves)
            try await commit()
        } catch {
            await takeBack(moves, in: generation)
            throw error
        }
        return moves.count
    }
}
