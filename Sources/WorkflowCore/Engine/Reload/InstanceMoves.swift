import Synchronization

/// The instances that a reload has moved to other states, for the case that it is taken back.
final class InstanceMoves: Sendable {
    private struct Move {
        let old: StateMachineInstance
        let new: StateMachineInstance
    }

    private let moves = Mutex<[Move]>([])

    /// How many there are.
    var count: Int { moves.withLock { $0.count } }

    func add(_ old: StateMachineInstance, _ new: StateMachineInstance) {
        moves.withLock { $0.append(Move(old: old, new: new)) }
    }

    /// Moves those back that nothing has happened to since; others have gone on under the new definition and stay.
    ///
    /// - Parameter moved: Called for each one that was moved back.
    /// - Throws: ``StoreError``.
    func undo(
        in store: any StateStore, clock: any EngineClock, moved: (StateMachineInstance) -> Void
    ) async throws {
        let moves = moves.withLock { moves in
            defer { moves = [] }
            return moves
        }
        for move in moves.reversed() {
            let now = clock.now
            var instance = move.old
            instance.version = move.new.version &+ 1
            instance.lastUpdated = now
            let record = TransitionRecord(
                instanceID: instance.id, version: instance.version, transition: ReloadMapping.transitionName,
                fromState: move.new.currentState, toState: instance.currentState, timestamp: now)
            do {
                try await store.commit(
                    StoreTransaction([
                        .updateInstance(instance, expectedVersion: move.new.version), .appendHistory(record),
                    ]))
                moved(instance)
            } catch let error as StoreError where error.code == .conflict {
                continue
            }
        }
    }
}
