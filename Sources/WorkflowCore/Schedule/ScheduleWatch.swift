import Logging

/// Looks for runs that processes have begun which are gone since.
struct ScheduleWatch: Sendable {
    let store: any StateStore
    let membership: ScheduleMembership
    let environment: EngineEnvironment
    let logger: Logger

    /// Looks once, and then again and again when other processes share the store, until the task is cancelled.
    ///
    /// - Parameter found: Is called with claims whose owners are gone, or that this process does not remember to have made.
    func run(found: @Sendable ([ScheduleClaim]) -> Void) async {
        guard membership.isWatched else { return }
        var known: Set<ScheduleClaim> = []
        var failures = 0
        repeat {
            do {
                let claims = Set(try await ScheduleClaim.all(in: store, now: environment.clock.now))
                let interrupted = try await self.interrupted(claims, known: known)
                if !interrupted.isEmpty { found(interrupted) }
                known = claims
                failures = 0
                guard membership.hasOthers else { return }
            } catch {
                failures += 1
                if failures & (failures - 1) == 0 {
                    logger.warning(
                        "Interrupted scheduled runs cannot be looked for; trying again",
                        metadata: ["error": "\(error)", "attempt": "\(failures)"])
                }
            }
        } while await environment.clock.wait(for: environment.clusterPolicy.takeOverAfter)
    }

    /// The claims that nobody keeps: with others, those that were there before and whose owner is gone, or is this process
    /// itself, which knows what goes on.
    private func interrupted(_ claims: Set<ScheduleClaim>, known: Set<ScheduleClaim>) async throws -> [ScheduleClaim] {
        guard membership.hasOthers else { return Array(claims) }
        let candidates = claims.intersection(known)
        guard !candidates.isEmpty, let own = membership.owner(alone: ""), let living = try await membership.living()
        else { return [] }
        return candidates.filter { $0.owner == own || !living.contains($0.owner) }
    }
}
