import Logging
import Synchronization

/// What an engine knows of its reloads.
struct Reloads: Sendable {
    /// Watches the newest generation, and then lets the one before go.
    var observation: Task<Void, Never>?
    /// Whether ``observation`` has come to a rollback that is not over.
    var isRollingBack = false
    /// What was wrong before the generation that has not stood its observation; `nil` when the newest has.
    var unproven: HealthComparison?
    /// The ends of earlier generations.
    var retiring: [(number: Int, task: Task<Void, Never>)] = []
    /// How many generations have been left for another one and have not ended.
    var unfinished = 0
    /// The number of the newest generation that has taken over, if only for a moment.
    var number = 1
    var since: Timestamp?
    var report: ReloadReport?
}

extension WorkflowEngine {
    /// What became of the last reload; `nil` when there was none.
    public var lastReload: ReloadReport? { reloads.withLock { $0.report } }

    /// Since when the configuration runs that is active; `nil` before the start.
    public var activeSince: Timestamp? { reloads.withLock { $0.since } }

    /// Changes to another configuration without an interruption.
    ///
    /// The new modules are created and prepared beside those that run; when they are healthy, requests, messages, durable
    /// work and schedules go to them at once. What was begun before is finished by the old modules. For the time of
    /// ``ReloadPolicy/observation`` the old modules can take over again, and do so by themselves when the new ones fail.
    /// Reloads that are asked for at the same time follow one another.
    ///
    /// - Parameters:
    ///   - configuration: The configuration.
    ///   - options: What becomes of running instances whose state the new definitions do not have; without any, such a
    ///     configuration is refused.
    ///   - commit: Called when the new modules have taken over, before they are observed, to make the change last; when it
    ///     throws, the old ones take over again.
    ///   - onRollback: Called when the old modules have taken over again after the swap, with the report.
    /// - Returns: What became of it. A configuration that is refused is no error: the one before goes on.
    /// - Throws: ``WorkflowError`` `.unavailable` when the engine does not run.
    @discardableResult
    public func reload(
        _ configuration: ApplicationConfiguration, options: ReloadOptions = ReloadOptions(),
        commit: @escaping @Sendable () async throws -> Void = {},
        onRollback: @escaping @Sendable (ReloadReport) async -> Void = { _ in }
    ) async throws -> ReloadReport {
        try await reloadLine.run { try await self.perform(configuration, options, commit, onRollback) }
    }

    /// What a reload of a configuration would do, without doing it.
    ///
    /// - Throws: ``ConfigurationError`` with everything that is wrong with it; ``WorkflowError`` `.unavailable` when the
    ///   engine does not run; ``StoreError``.
    public func plan(_ configuration: ApplicationConfiguration) async throws -> ReloadPlan {
        try await Self.validate(configuration, registry: registry, environment: environment)
        let old = try running()
        let parts = GenerationPlan(configuration, registry: registry).parts
        return try await plan(configuration, after: old, carried: CarryOver(from: old.instances, into: parts).all)
    }

    private func plan(
        _ new: ApplicationConfiguration, after old: EngineGeneration, carried: [ModuleInstance]
    ) async throws -> ReloadPlan {
        var plan = ReloadPlan(
            from: old.configuration, to: new, registry: registry, carried: Set(carried.map(\.name)),
            changedScripts: old.changedScripts)
        plan.stranded = try await StrandedInstances.find(in: old.context.store, plan: plan)
        return plan
    }

    private func perform(
        _ configuration: ApplicationConfiguration, _ options: ReloadOptions,
        _ commit: @Sendable () async throws -> Void,
        _ onRollback: @escaping @Sendable (ReloadReport) async -> Void
    ) async throws -> ReloadReport {
        let old = try running()
        guard configuration.hash != old.hash || old.hasOutdatedModules else {
            return report(ReloadReport(status: .unchanged, generation: old.context.number, time: environment.clock.now))
        }
        await makeRoom()
        var (plan, timings) = (ReloadPlan?.none, ReloadReport.Timings())
        let moves = InstanceMoves()
        do {
            let clock = ContinuousClock()
            var new: EngineGeneration?
            // What is refused before it takes over does not use a number up.
            let number = reloads.withLock { $0.number + 1 }
            timings.build = try await clock.measure {
                let built = try await EngineGeneration.build(
                    GenerationPlan(configuration, registry: registry), number: number, environment: environment,
                    previous: old)
                do {
                    let made = try await self.plan(configuration, after: old, carried: built.inherited)
                    plan = made
                    try Self.check(made, options)
                } catch {
                    built.discard()
                    throw error
                }
                new = built
            }
            guard let new else { throw CancellationError() }
            connect(new)
            timings.prepare = try await clock.measure { try await new.prepare() }
            let health = await HealthComparison(
                before: old.context, unproven: reloads.withLock { $0.unproven }, environment: environment)
            do {
                timings.health = try await clock.measure { try await untilHealthy(new, health) }
                try await acceptObserved(old)
                try await move(options.mapping, to: new, moves)
                reloads.withLock { $0.number = number }
                timings.swap = try await clock.measure { try await swap(old, for: new) }
            } catch {
                await new.stop(isUrgent: true, isLast: false)
                await takeBack(moves, in: old)
                throw error
            }
            do {
                // Those that came into an old state until the swap.
                try await move(options.mapping, to: new, moves)
                try await commit()
            } catch {
                guard rollBackBegins(from: new, to: old) else { throw error }
                await old.resume(insteadOf: new)
                retire(new)
                await takeBack(moves, in: old)
                throw error
            }
            let report = ReloadReport(
                status: .reloaded, generation: number, time: environment.clock.now, plan: plan,
                movedInstances: moves.count, timings: timings)
            observe(new, after: old, health, moves, report, onRollback)
            return self.report(report)
        } catch {
            guard isRunning else { throw WorkflowError(.unavailable, "The engine stops.", cause: error) }
            return report(
                ReloadReport(
                    status: .refused, generation: old.context.number, time: environment.clock.now,
                    reason: Self.reason(error), issues: (error as? ConfigurationError)?.issues ?? [], plan: plan,
                    timings: timings))
        }
    }

    /// Reports that a configuration could not even be read.
    func refuse(_ error: any Error) -> ReloadReport {
        report(
            ReloadReport(
                status: .refused, generation: runningGeneration?.number ?? 0, time: environment.clock.now,
                reason: Self.reason(error), issues: (error as? ConfigurationError)?.issues ?? []))
    }

    /// Refuses to leave instances behind in states that are gone.
    private static func check(_ plan: ReloadPlan, _ options: ReloadOptions) throws {
        try options.mapping.check(against: plan.newStates, before: plan.oldStates)
        let left = plan.newlyStranded.filter { !options.mapping.covers($0) }
        guard !left.isEmpty, !options.isForced else { return }
        let list = left.map(\.description).joined(separator: "; ")
        throw WorkflowError(
            .conflict,
            "Running instances are in states that the new configuration does not have: \(list). "
                + "Say where they go with a mapping, or force the reload to leave them there.")
    }

    /// Ends the observation of the generation that runs: what it is taken for depends on how it is now.
    ///
    /// - Throws: ``WorkflowError`` `.unavailable` when it has been taken back.
    private func acceptObserved(_ old: EngineGeneration) async throws {
        await endObservation()
        guard try running() === old else {
            throw WorkflowError(
                .unavailable, "The configuration that ran has been taken back meanwhile; reload once more.")
        }
    }

    func move(
        _ mapping: ReloadMapping, to generation: EngineGeneration, _ moves: InstanceMoves
    ) async throws {
        guard !mapping.isEmpty else { return }
        let observers = generation.context.runtime.observers
        try await mapping.move(
            in: generation.context.store, to: generation.context.handlers.definitions, clock: environment.clock,
            moved: { old, new in
                moves.add(old, new)
                observers.notify(new)
            })
    }

    /// Brings instances back to the states of a generation that goes on after all.
    func takeBack(_ moves: InstanceMoves, in generation: EngineGeneration) async {
        guard moves.count > 0 else { return }
        let observers = generation.context.runtime.observers
        do {
            try await moves.undo(in: generation.context.store, clock: environment.clock) { observers.notify($0) }
        } catch {
            environment.logger.error(
                "Instances that were moved could not be moved back", metadata: ["error": "\(error)"])
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as ConfigurationError:
            let count = error.issues.count
            return count == 1 ? "the configuration has an error" : "the configuration has \(count) errors"
        case let error as WorkflowError: return error.cause.map { "\(error.message): \($0)" } ?? error.message
        default: return "\(error)"
        }
    }

    private var isRunning: Bool {
        phase.withLock { if case .running = $0 { true } else { false } }
    }

    /// Returns when nothing is wrong with a generation that is prepared.
    private func untilHealthy(_ generation: EngineGeneration, _ health: HealthComparison) async throws {
        let (clock, policy) = (environment.clock, environment.reloadPolicy)
        let end = clock.now.advanced(by: policy.healthTimeout)
        while let problem = await health.problem(of: generation.context) {
            guard clock.now < end else {
                throw WorkflowError(.unavailable, "The new configuration does not become healthy: \(problem)")
            }
            guard isRunning else { throw CancellationError() }
            try await clock.sleep(for: min(policy.checkInterval, clock.now.duration(to: end)))
        }
    }

    private func swap(_ old: EngineGeneration, for new: EngineGeneration) async throws {
        guard isRunning else { throw CancellationError() }
        do {
            try await new.activate(after: old)
        } catch {
            await old.resume(insteadOf: new)
            throw error
        }
        let isWanted = phase.withLock { phase in
            guard case .running = phase else { return false }
            phase = .running(new)
            return true
        }
        guard isWanted else {
            await old.resume(insteadOf: new)
            throw CancellationError()
        }
        reloads.withLock { $0.unfinished += 1 }
        await old.standBy()
        // What was changed in the old modules while the new ones were made.
        for instance in new.instances where instance.carried?.isCurrent == false { await instance.module.resume() }
        reloads.withLock { $0.since = environment.clock.now }
        describeNode()
    }

    // MARK: - After the swap

    private func observe(
        _ new: EngineGeneration, after old: EngineGeneration, _ health: HealthComparison, _ moves: InstanceMoves,
        _ report: ReloadReport, _ onRollback: @escaping @Sendable (ReloadReport) async -> Void
    ) {
        let observation = ReloadObservation(
            generation: new, usualErrorRate: old.context.outcomes.errorRate, health: health,
            policy: environment.reloadPolicy, clock: environment.clock)
        let task = Task {
            let reason = await observation.run()
            if reason != nil || !Task.isCancelled { self.reloads.withLock { $0.unproven = nil } }
            if let reason, self.rollBackBegins(from: new, to: old) {
                await self.rollBack(from: new, to: old, moves, reason, report, onRollback)
                self.reloads.withLock { $0.isRollingBack = false }
            } else {
                self.retire(old)
            }
        }
        reloads.withLock { reloads in
            reloads.observation = task
            reloads.unproven = health
        }
    }

    /// Returns when a rollback that has begun is over, with all that follows from it.
    func rollbackEnds() async {
        await reloads.withLock { $0.isRollingBack ? $0.observation : nil }?.value
    }

    /// Makes the old generation the one that runs, unless the engine stops.
    private func rollBackBegins(from new: EngineGeneration, to old: EngineGeneration) -> Bool {
        // Before anybody can see that the old one runs.
        reloads.withLock { $0.isRollingBack = true }
        let begins = phase.withLock { phase in
            guard case .running(let current) = phase, current === new else { return false }
            phase = .running(old)
            return true
        }
        if !begins { reloads.withLock { $0.isRollingBack = false } }
        return begins
    }

    private func rollBack(
        from new: EngineGeneration, to old: EngineGeneration, _ moves: InstanceMoves, _ reason: String,
        _ report: ReloadReport, _ onRollback: @Sendable (ReloadReport) async -> Void
    ) async {
        await old.resume(insteadOf: new)
        retire(new)
        await takeBack(moves, in: old)
        var report = report
        report.status = .rolledBack
        report.generation = old.context.number
        report.time = environment.clock.now
        report.reason = reason
        reloads.withLock { $0.since = report.time }
        describeNode()
        await onRollback(self.report(report))
    }

    /// Lets a generation finish what it has begun, and end, while others go on.
    private func retire(_ generation: EngineGeneration) {
        let number = generation.context.number
        reloads.withLock { reloads in
            let task = Task {
                await generation.stop(isUrgent: false, isLast: false)
                let isSettled = self.reloads.withLock { reloads in
                    reloads.unfinished -= 1
                    return reloads.unfinished == 0
                }
                // When the engine itself stops, that is done at its next start.
                if let running = try? self.running() { await running.alignCompletion(isSettled: isSettled) }
                self.reloads.withLock { $0.retiring.removeAll { $0.number == number } }
            }
            reloads.retiring.append((number, task))
        }
    }

    /// Returns when few enough earlier generations are left.
    private func makeRoom() async {
        let surplus = reloads.withLock { reloads in
            reloads.retiring.dropLast(max(environment.reloadPolicy.maximumDraining, 1) - 1).map(\.task)
        }
        for task in surplus { await task.value }
    }

    /// Ends the observation of the newest generation: it stays, unless it is being rolled back already.
    private func endObservation() async {
        let task = reloads.withLock { reloads in
            defer { reloads.observation = nil }
            return reloads.observation
        }
        task?.cancel()
        await task?.value
    }

    /// Returns when no reload goes on. Call it when the engine does not run any more.
    func endReloads() async {
        await reloadLine.waitUntilIdle()
        await endObservation()
    }

    /// Returns when earlier generations have ended.
    func endRetirement() async {
        for (_, task) in reloads.withLock({ $0.retiring }) { await task.value }
    }

    private func report(_ report: ReloadReport) -> ReloadReport {
        // One that changes nothing must not hide why the last one was taken back.
        reloads.withLock { if report.status != .unchanged || $0.report == nil { $0.report = report } }
        let metrics = environment.metrics
        metrics.engineGeneration.with().set(Double(report.generation))
        var metadata: Logger.Metadata = ["generation": "\(report.generation)"]
        switch report.status {
        case .reloaded:
            metrics.engineReloads.with("success").increment()
            metrics.engineReloadDuration.with().record(report.timings.total)
            metadata["reload.ms"] = "\(report.timings.total.wholeMilliseconds)"
            environment.logger.info("The configuration was reloaded", metadata: metadata)
        case .unchanged:
            environment.logger.info("The configuration has not changed", metadata: metadata)
        case .refused, .rolledBack:
            let isRefusal = report.status == .refused
            metrics.engineReloads.with(isRefusal ? "failure" : "rolled_back").increment()
            metadata["reason"] = "\(report.reason ?? "")"
            for (index, issue) in report.issues.prefix(10).enumerated() { metadata["issue.\(index + 1)"] = "\(issue)" }
            environment.logger.error(
                isRefusal
                    ? "The configuration was not reloaded; the one before goes on"
                    : "The new configuration failed; the one before has taken over again",
                metadata: metadata)
        }
        return report
    }
}

extension EngineGeneration {
    /// Whether a module is not what its settings lead to any more, such as a script whose file has changed.
    var hasOutdatedModules: Bool {
        instances.contains { ($0.module as? any FileReadingModule)?.isCurrent == false }
    }
}
