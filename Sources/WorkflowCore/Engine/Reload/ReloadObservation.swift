import Logging

/// Compares the health of a new generation with that of the one before.
struct HealthComparison: Sendable {
    /// The checks that failed before, for which the new generation is not to blame.
    private let known: Set<String>
    private let environment: EngineEnvironment

    /// Looks at the generation before.
    ///
    /// - Parameters:
    ///   - context: The generation before.
    ///   - unproven: What that one was compared with, when it has not stood its observation: its own failures do not
    ///     excuse anybody then.
    ///   - environment: The time, and how long a check may take.
    init(before context: GenerationContext, unproven: HealthComparison?, environment: EngineEnvironment) async {
        self.environment = environment
        if let unproven {
            known = unproven.known
        } else {
            known = Set(await Self.failures(of: context, environment).map(\.name))
        }
    }

    /// What is wrong with a generation that was not wrong with the one before; `nil` when it is healthy.
    func problem(of context: GenerationContext) async -> String? {
        let failures = await Self.failures(of: context, environment).filter { !known.contains($0.name) }
        guard !failures.isEmpty else { return nil }
        return failures.map { "\($0.name): \($0.message)" }.joined(separator: "; ")
    }

    private static func failures(
        of context: GenerationContext, _ environment: EngineEnvironment
    ) async -> [(name: String, message: String)] {
        let limit = environment.reloadPolicy.healthTimeout
        do {
            return try await withTimeout(limit, clock: environment.clock) { await answers(of: context) }
        } catch {
            return [("health checks", "no answer within \(limit)")]
        }
    }

    private static func answers(of context: GenerationContext) async -> [(name: String, message: String)] {
        await withTaskGroup(of: (String, HealthStatus).self) { group in
            for (name, check) in context.healthChecks { group.addTask { (name, await check.check()) } }
            var failures: [(name: String, message: String)] = []
            for await (name, status) in group where status.level == .unhealthy {
                failures.append((name, status.message ?? "unhealthy"))
            }
            return failures.sorted { $0.name < $1.name }
        }
    }
}

/// Watches a generation for a while after it has taken over.
struct ReloadObservation: Sendable {
    let generation: EngineGeneration
    /// Which part of the requests failed before.
    let usualErrorRate: Double
    let health: HealthComparison
    let policy: ReloadPolicy
    let clock: any EngineClock

    /// Returns why the generation must not go on, or `nil` when it has stood the test. When the task is cancelled, it
    /// depends on how the generation is then.
    func run() async -> String? {
        let end = clock.now.advanced(by: policy.observation)
        var complaint: String?
        while clock.now < end {
            guard await clock.wait(for: policy.checkInterval) else { return await verdict() }
            if let rate = errorRate, rate > max(policy.maximumErrorRate, usualErrorRate) {
                return "\(Int((rate * 100).rounded())) % of the requests failed with a server error"
            }
            let problem = await health.problem(of: generation.context)
            // Twice in a row, so that one slow answer of a counterpart is not the end.
            if let problem, complaint != nil { return problem }
            complaint = problem
        }
        return nil
    }

    private func verdict() async -> String? {
        // In a task of its own, since checks give up in a cancelled one.
        await Task { await health.problem(of: generation.context) }.value
    }

    private var errorRate: Double? {
        let outcomes = generation.context.outcomes
        return outcomes.totals.requests >= policy.minimumRequests ? outcomes.errorRate : nil
    }
}
