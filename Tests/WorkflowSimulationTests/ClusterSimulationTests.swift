import Foundation
import Synchronization
import Testing
import WorkflowTesting

@testable import WorkflowCore

/// The engine's own code on simulated processes, whose steps are interleaved at random while processes die, stand still
/// and restart, clocks differ by two minutes, and requests to the database and their answers get lost or late.
///
/// A failure names its seed. `WORKFLOW_SIMULATION_SEED=n SWIFT_DETERMINISTIC_HASHING=1` runs that one again, and
/// `WORKFLOW_SIMULATION_SEEDS=n` another number of them.
@Suite(.timeLimit(.minutes(20))) struct ClusterSimulationTests {
    private static let variables = ProcessInfo.processInfo.environment

    @Test func everythingAcceptedIsDoneOnceWhateverHappens() async throws {
        if let seed = Self.variables["WORKFLOW_SIMULATION_SEED"].flatMap(UInt64.init) {
            #expect(try Simulation.problems(seed: seed) == [])
            return
        }
        let seeds = Self.variables["WORKFLOW_SIMULATION_SEEDS"].flatMap(UInt64.init) ?? 10_000
        let failures = try await withThrowingTaskGroup(of: [String].self) { group in
            for part in 0..<UInt64(2) {
                group.addTask {
                    var failures: [String] = []
                    for seed in stride(from: part, to: seeds, by: 2) where failures.count < 3 {
                        let problems = try Simulation.problems(seed: seed)
                        if !problems.isEmpty { failures.append("seed \(seed): \(problems.joined(separator: "; "))") }
                    }
                    return failures
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(failures == [])
    }

    @Test(arguments: SimulatedDatabase.Defect.allCases)
    func aDatabaseThatDoesWrongIsFound(defect: SimulatedDatabase.Defect) throws {
        #expect(try (0..<2000).contains { try !Simulation.problems(seed: $0, defect: defect).isEmpty })
    }

    /// The simulation is worth something only when it does not depend on anything but its seed.
    @Test func aSeedIsAlwaysTheSameSimulation() throws {
        let first = try Simulation(seed: 4)
        let second = try Simulation(seed: 4)
        first.run()
        second.run()
        #expect(first.summary == second.summary)
    }
}

/// One run of a ``SimulatedCluster``.
private struct Simulation {
    private static let instances = (0..<5).map { "order-\($0)" }
    private static let chaos = Duration.seconds(20)
    private static let stepLimit = 400_000
    private static let slots = Array(SimulatedCluster.slots)

    private let cluster: SimulatedCluster
    private let time: SimulatedTime

    init(seed: UInt64, defect: SimulatedDatabase.Defect? = nil) throws {
        cluster = try SimulatedCluster(seed: seed, defect: defect)
        time = cluster.time
        for _ in 0..<(2 + time.choose(2)) { try cluster.start() }
        for id in Self.instances {
            time.after(time.random(milliseconds: 0...15_000)) { [cluster] in cluster.submit(id) }
        }
        for _ in 0..<time.choose(6) { time.after(time.random(milliseconds: 0...18_000)) { [self] in strike() } }
    }

    /// What went wrong with a seed.
    static func problems(seed: UInt64, defect: SimulatedDatabase.Defect? = nil) throws -> [String] {
        let simulation = try Simulation(seed: seed, defect: defect)
        defer { simulation.end() }
        guard simulation.run() else { return ["it does not come to an end: \(simulation.summary)"] }
        return simulation.problems
    }

    /// Something happens to one of the processes.
    private func strike() {
        let living = cluster.processes.withLock { all in all.indices.filter { !all[$0].fate.isDead } }
        guard let index = living.isEmpty ? nil : living[time.choose(living.count)] else { return }
        if time.happens(onceIn: 2) {
            let end = time.clock.now.advanced(by: time.random(milliseconds: 100...6000))
            cluster.processes.withLock { $0[index].pausedUntil = end }
            // Something is to happen then, lest the time stands still.
            time.after(time.clock.now.duration(to: end)) {}
        } else {
            cluster.stop(cluster.processes.withLock { $0[index] }, gracefully: time.happens(onceIn: 3))
            time.after(time.random(milliseconds: 0...4000)) { [cluster] in
                do { try cluster.start() } catch { Issue.record(error) }
            }
        }
    }

    /// - Returns: Whether everything came to an end.
    @discardableResult
    func run() -> Bool {
        time.after(Self.chaos) { [time] in time.isQuiet = true }
        for _ in 0..<Self.stepLimit {
            if isDone { return true }
            cluster.goOn()
        }
        return false
    }

    private var isDone: Bool {
        guard time.isQuiet, cluster.outside.withLock({ $0.accepted.count == Self.instances.count }) else {
            return false
        }
        let runs = cluster.outside.withLock { $0.runs }
        return cluster.database.contents.withLock { contents in
            contents.tables.openInstances.elements.isEmpty && contents.tables.work.isEmpty
                && contents.tables.outbox.isEmpty
                && contents.tables.namespaces[ExactString(ScheduleClaim.namespace)] == nil
                && Self.slots.allSatisfy { runs[$0] != nil }
        }
    }

    private static let histories = [
        ["begin", "progress", "finish"], ["begin", "progress", "fail"], ["begin", "fail"],
    ]

    private var problems: [String] {
        let (topics, runs) = cluster.outside.withLock { ($0.topics, $0.runs) }
        let isCalm = cluster.database.contents.withLock { !$0.hasLostNodes }
        let slots = Self.slots.filter { runs[$0] == nil || (isCalm && runs[$0] != 1) }
            .map { "slot \($0): \(runs[$0] ?? 0) runs" }
        return slots
            + cluster.database.contents.withLock { contents in
                Self.instances.flatMap { id -> [String] in
                    let records = contents.tables.history[ExactString(id)] ?? []
                    let transitions = records.map(\.transition).filter { !$0.isEmpty }
                    var problems: [String] = []
                    if !Self.histories.contains(transitions) { problems.append("\(id) made \(transitions)") }
                    let states = records.map { "order.\($0.toState)" }
                    let delivered = topics[id] ?? []
                    if delivered != states {
                        problems.append("\(id): events \(delivered) of \(states)")
                    }
                    return problems
                }
            }
    }

    /// Where it stands.
    var summary: String {
        let (accepted, runs) = cluster.outside.withLock { ($0.accepted.sorted(), $0.runs) }
        return cluster.database.contents.withLock { contents in
            let instances = contents.tables.instances.values.map { "\($0.id) \($0.currentState) \($0.lastUpdated)" }
            let work = contents.tables.work.values.map {
                "\($0.id) \($0.handlers)[\($0.cursor)] \($0.leaseOwner ?? "free") \($0.notBefore)"
            }
            let events = contents.tables.outbox.values.map { "\($0.id) \(contents.owners[$0.id] ?? "")" }
            return """
                \(time.clock.now): accepted \(accepted), instances \(instances.sorted()), work \(work.sorted()), \
                events \(events.sorted()), slots \(runs.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }), nodes \(contents.nodes.keys.sorted())
                """
        }
    }

    /// Lets all tasks end, so that nothing is left of the simulation.
    private func end() {
        for process in cluster.processes.withLock({ $0 }) { cluster.stop(process, gracefully: false) }
        cluster.processes.withLock { processes in
            for index in processes.indices { processes[index].pausedUntil = Timestamp(nanoseconds: .min) }
        }
        let end = time.clock.now.advanced(by: .seconds(30))
        time.after(.seconds(30)) {}
        while time.clock.now < end { cluster.goOn() }
        cluster.processes.withLock { $0 = [] }
    }
}
