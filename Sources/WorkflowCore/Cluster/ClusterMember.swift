import Logging
import Synchronization

/// This process among those that share its state store.
final class ClusterMember: Sendable {
    private struct State {
        var id: String?
        /// When the last sign of life was sent that arrived, by ``EngineClock/uptime``.
        var renewedAt: Duration?
        var data: JSONObject = [:]
    }

    private let membership: any StoreMembership
    private let environment: EngineEnvironment
    private let state = Mutex(State())
    private let registration = WakeUp()
    /// What is told to the others at once, and heard from them.
    let notices: ClusterNotices

    init(_ membership: any StoreMembership, environment: EngineEnvironment) {
        self.membership = membership
        self.environment = environment
        notices = ClusterNotices(membership, environment: environment)
        state.withLock { $0.data = environment.nodeDescription }
    }

    /// The identifier under which work may be begun now; `nil` while it is not sure that others have not taken over.
    var identifier: String? {
        let now = environment.clock.uptime
        return state.withLock { state in
            guard let renewedAt = state.renewedAt else { return nil }
            return now - renewedAt < environment.clusterPolicy.takeOverAfter ? state.id : nil
        }
    }

    /// Returns when this process is known to the others for the first time, or when the task is cancelled.
    func waitForRegistration() async { await registration.wait() }

    /// What others see of this process.
    func tell(_ data: JSONObject) { state.withLock { $0.data = data } }

    /// Gives signs of life until the task is cancelled.
    ///
    /// - Parameters:
    ///   - lost: Called when others have taken over what this process held.
    ///   - found: Called when there is something to do that others have left, and when work may be begun again.
    func run(lost: @Sendable () -> Void, found: @Sendable () -> Void) async {
        var failures = 0
        while !Task.isCancelled {
            do {
                let wasSure = identifier != nil
                try await renew(lost: lost)
                guard let id = state.withLock({ $0.id }) else { continue }
                let taken = try await membership.takeOver(id, unseenFor: environment.clusterPolicy.takeOverAfter)
                if !taken.nodes.isEmpty {
                    environment.logger.warning(
                        "Took over from nodes that are gone",
                        metadata: [
                            "nodes": "\(taken.nodes.joined(separator: ", "))", "work": "\(taken.workItems)",
                            "events": "\(taken.events)",
                        ])
                }
                // After a failure as well: the answer to a take-over that worked may have been lost.
                if !taken.isEmpty || !wasSure || failures > 0 { found() }
                failures = 0
            } catch {
                guard !Task.isCancelled else { return }
                failures += 1
                if failures & (failures - 1) == 0 {
                    environment.logger.error(
                        "The node cannot give a sign of life; without one it begins no more work",
                        metadata: ["error": "\(error)", "attempt": "\(failures)"])
                }
            }
            guard await environment.clock.wait(for: environment.clusterPolicy.interval) else { return }
        }
    }

    /// Gives everything back.
    func leave() async {
        let id = state.withLock { state in
            state.renewedAt = nil
            return state.id
        }
        guard let id else { return }
        do {
            try await withTimeout(environment.clusterPolicy.takeOverAfter, clock: environment.clock) { [membership] in
                try await membership.leave(id)
            }
        } catch {
            environment.logger.warning(
                "The node could not take its leave; others take over after a while", metadata: ["error": "\(error)"])
        }
    }

    private func renew(lost: @Sendable () -> Void) async throws {
        let (id, data) = state.withLock { ($0.id, $0.data) }
        let now = environment.clock.uptime
        if let id {
            if try await membership.renew(id, data: data) {
                state.withLock { $0.renewedAt = now }
                return
            }
            state.withLock { ($0.id, $0.renewedAt) = (nil, nil) }
            environment.logger.warning(
                "Others have taken over from this node, which was not seen for a while", metadata: ["node": "\(id)"])
            lost()
        }
        let new = environment.identifiers.next()
        try await membership.register(new, data: data)
        state.withLock { ($0.id, $0.renewedAt) = (new, now) }
        registration.close()
    }
}
