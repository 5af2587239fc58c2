extension ReloadMapping {
    /// The name of the transition in the history of instances that were moved.
    public static let transitionName = "reload"
    /// How many instances are moved in one transaction.
    static let batchSize = 200
    /// How often the instances are gone through again for those that came meanwhile.
    private static let maximumPasses = 10

    /// Moves the open instances that the mapping names to their new states.
    ///
    /// Each is moved as a transition would: compare-and-set on its version, together with a row of the history whose
    /// transition is ``transitionName``. Entering the state merges the data of the state, and completes the instance
    /// when the state is final. Nothing else follows: neither hooks, nor automatic transitions, nor events.
    ///
    /// Transitions may go on meanwhile: an instance that leaves its old state by itself stays where it went, and the
    /// instances are gone through again for those that came into an old state meanwhile. As long as the old definition
    /// makes transitions there can be more afterwards.
    ///
    /// - Parameters:
    ///   - store: Where the instances are.
    ///   - definitions: The new definitions by name; see ``check(against:before:)``.
    ///   - clock: Says when the instances are moved.
    ///   - moved: Called after the commit for each instance, with what it was and what it is.
    /// - Returns: How many instances were moved.
    /// - Throws: ``ConfigurationError`` when the mapping does not fit the definitions; then nothing was moved.
    ///   ``StoreError`` when the store fails, and `CancellationError`; then some batches may have been moved, and
    ///   calling it again moves the rest.
    @discardableResult
    public func move(
        in store: any StateStore, to definitions: [String: StateMachineDefinition], clock: any EngineClock,
        moved: @Sendable (_ old: StateMachineInstance, _ new: StateMachineInstance) -> Void = { _, _ in }
    ) async throws -> Int {
        try check(against: definitions.mapValues { Set($0.states.keys) })
        guard !isEmpty else { return 0 }
        let mover = InstanceMover(mapping: self, store: store, definitions: definitions, clock: clock)
        var count = 0
        for _ in 0..<Self.maximumPasses {
            let open = try await store.openInstanceStates()
            guard open.contains(where: { targets[$0.workflowType]?[$0.state] != nil }) else { break }
            count += try await mover.pass(moved)
        }
        return count
    }
}

/// Goes through the open instances and moves those that a mapping names.
private struct InstanceMover {
    private struct Move {
        let old: StateMachineInstance
        let new: StateMachineInstance
        let record: TransitionRecord

        var operations: [StoreTransaction.Operation] {
            [.updateInstance(new, expectedVersion: old.version), .appendHistory(record)]
        }
    }

    let mapping: ReloadMapping
    let store: any StateStore
    let definitions: [String: StateMachineDefinition]
    let clock: any EngineClock

    func pass(_ moved: (StateMachineInstance, StateMachineInstance) -> Void) async throws -> Int {
        var count = 0
        var last: String?
        while true {
            try Task.checkCancellation()
            let page = try await store.openInstances(after: last, limit: ReloadMapping.batchSize)
            guard let end = page.last else { return count }
            last = end.id
            for move in try await commit(page.compactMap(move)) {
                moved(move.old, move.new)
                count += 1
            }
        }
    }

    /// Moves all together, or one by one when some of them have changed since they were read.
    private func commit(_ moves: [Move]) async throws -> [Move] {
        guard !moves.isEmpty else { return [] }
        do {
            try await store.commit(StoreTransaction(moves.flatMap(\.operations)))
            return moves
        } catch let error as StoreError where error.code == .conflict {
            var done: [Move] = []
            for move in moves {
                if let move = try await commit(move) { done.append(move) }
            }
            return done
        }
    }

    /// - Returns: `nil` when the instance needs no move any more.
    private func commit(_ move: Move) async throws -> Move? {
        var move = move
        while true {
            do {
                try await store.commit(StoreTransaction(move.operations))
                return move
            } catch let error as StoreError where error.code == .conflict {
                try Task.checkCancellation()
                guard let instance = try await store.instance(id: move.old.id), let next = self.move(instance) else {
                    return nil
                }
                move = next
            }
        }
    }

    /// How an instance is moved, or `nil` when it stays.
    private func move(_ old: StateMachineInstance) -> Move? {
        guard !old.completed, let name = mapping.targets[old.workflowType]?[old.currentState],
            let state = definitions[old.workflowType]?.states[name]
        else { return nil }
        let now = clock.now
        var new = old
        new.previousState = old.currentState
        new.currentState = name
        new.completed = state.isFinal
        new.lastUpdated = now
        new.version = old.version &+ 1
        if !state.data.isEmpty { new.data.merge(state.data) }
        if state.isError {
            new.error = new.data["error"]?.stringValue ?? (state.description.isEmpty ? name : state.description)
        } else if old.error != nil {
            new.data.removeValue(forKey: "error")
            new.error = nil
        }
        let record = TransitionRecord(
            instanceID: old.id, version: new.version, transition: ReloadMapping.transitionName,
            fromState: old.currentState, toState: name, timestamp: now)
        return Move(old: old, new: new, record: record)
    }
}
