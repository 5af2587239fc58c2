import Synchronization
import WorkflowCore

/// Which of the event processors of a name, one for each generation of the configuration, has what is remembered.
///
/// What is remembered is in the store and, with the owner, in memory. Another processor becomes the owner when it is used:
/// it waits until the one before is idle, and reads the store.
final class EventOwnership: Sendable {
    fileprivate struct State {
        var owner: Int?
        var lastProcessor = 0
        var isLoading = false
        /// How many uses of the owner go on.
        var uses = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    fileprivate enum Decision {
        case granted
        case load
        case wait
    }

    private let state = Mutex(State())

    /// Gives a processor the number by which it is known here.
    func register() -> Int {
        state.withLock { state in
            state.lastProcessor += 1
            return state.lastProcessor
        }
    }

    /// Begins a use; ``end()`` must follow.
    ///
    /// - Parameters:
    ///   - processor: The processor that is used.
    ///   - load: Reads the store, when the processor becomes the owner.
    /// - Throws: What `load` throws; no use has begun then.
    func begin(by processor: Int, load: () async throws -> Void) async throws {
        while true {
            switch decide(processor) {
            case .granted: return
            case .load: return try await loaded(load)
            case .wait: await wait(for: processor)
            }
        }
    }

    /// Ends a use.
    func end() {
        resume(
            state.withLock { state in
                state.uses -= 1
                return state.uses == 0 ? state.takeWaiters() : []
            })
    }

    /// Whether nobody has ever used a processor of this name.
    var isFree: Bool { state.withLock { $0.owner == nil } }

    private func decide(_ processor: Int) -> Decision {
        state.withLock { $0.decide(processor) }
    }

    private func loaded(_ load: () async throws -> Void) async throws {
        do {
            try await load()
            resume(
                state.withLock { state in
                    (state.isLoading, state.uses) = (false, 1)
                    return state.takeWaiters()
                })
        } catch {
            resume(
                state.withLock { state in
                    (state.isLoading, state.owner) = (false, nil)
                    return state.takeWaiters()
                })
            throw error
        }
    }

    private func wait(for processor: Int) async {
        await withCheckedContinuation { continuation in
            let mustWait = state.withLock { state in
                guard state.isBusy(for: processor) else { return false }
                state.waiters.append(continuation)
                return true
            }
            if !mustWait { continuation.resume() }
        }
    }

    private func resume(_ waiters: [CheckedContinuation<Void, Never>]) {
        for waiter in waiters { waiter.resume() }
    }
}

extension EventOwnership.State {
    fileprivate func isBusy(for processor: Int) -> Bool {
        isLoading || (owner != processor && uses > 0)
    }

    fileprivate mutating func decide(_ processor: Int) -> EventOwnership.Decision {
        guard !isBusy(for: processor) else { return .wait }
        guard owner == processor else {
            (owner, isLoading) = (processor, true)
            return .load
        }
        uses += 1
        return .granted
    }

    fileprivate mutating func takeWaiters() -> [CheckedContinuation<Void, Never>] {
        defer { waiters = [] }
        return waiters
    }
}
