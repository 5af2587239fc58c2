import Testing
import WorkflowCore
import WorkflowTesting

/// Random clocks, runs and crashes, and what must hold whatever happens.
@Suite struct ScheduleSimulationTests {
    private enum Record { case beforeRuns, afterRuns }

    private struct Outcome {
        var begun: [String: Int] = [:]
        var finished: Set<String> = []
        var mostAtOnce = 0
        var end = Timestamp(seconds: 0)
    }

    private static func simulate(
        _ schedule: Schedule, overlap: ScheduleStateMachine.OverlapPolicy,
        missed: ScheduleStateMachine.MissedRunPolicy, record kind: Record, backwards: Bool, seed: UInt64
    ) -> Outcome {
        var generator = SeededGenerator(seed: seed)
        var now = Timestamp(seconds: 1_767_603_600)
        var outcome = Outcome()
        var record = now
        var running: [String] = []
        func make() -> ScheduleStateMachine {
            ScheduleStateMachine(
                job: "job", schedule: schedule, overlap: overlap, missedRuns: missed, record: record, now: now)
        }
        var machine = make()
        func perform(_ actions: [ScheduleStateMachine.Action]) {
            record = kind == .beforeRuns ? machine.startedThrough : machine.finishedThrough
            for case .run(let run) in actions {
                outcome.begun[run.id, default: 0] += 1
                running.append(run.id)
            }
            outcome.mostAtOnce = max(outcome.mostAtOnce, running.count)
        }
        for _ in 0..<400 {
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<4: now = now.advanced(by: .seconds(Int.random(in: 0...90, using: &generator)))
            case 4: now = now.advanced(by: .seconds(Int.random(in: (backwards ? -900 : 0)...900, using: &generator)))
            case 5..<9:
                guard let id = running.randomElement(using: &generator) else { continue }
                running.removeAll { $0 == id }
                outcome.finished.insert(id)
                perform(machine.finished(id))
            default:
                running = []
                machine = make()
            }
            perform(machine.tick(now: now))
        }
        while let id = running.first {
            running.removeFirst()
            outcome.finished.insert(id)
            perform(machine.finished(id))
        }
        outcome.end = now
        return outcome
    }

    private static let policies: [ScheduleStateMachine.OverlapPolicy] = [.skip, .queue(limit: 2), .allow]

    @Test(arguments: policies, [ScheduleStateMachine.MissedRunPolicy.skip, .once, .all(limit: 5)])
    func runsASlotAtMostOnceWhenRecordedBefore(
        overlap: ScheduleStateMachine.OverlapPolicy, missed: ScheduleStateMachine.MissedRunPolicy
    ) throws {
        let schedule = try Schedule("* * * * *", jitter: .seconds(20))
        for seed in 0..<15 as Range<UInt64> {
            let outcome = Self.simulate(
                schedule, overlap: overlap, missed: missed, record: .beforeRuns, backwards: true, seed: seed)
            #expect(outcome.begun.values.allSatisfy { $0 == 1 })
            #expect(!outcome.begun.isEmpty)
            if overlap != .allow { #expect(outcome.mostAtOnce == 1) }
        }
    }

    @Test func runsEverySlotAtLeastOnceWhenRecordedAfter() throws {
        let schedule = try Schedule("* * * * *")
        for seed in 0..<15 as Range<UInt64> {
            let outcome = Self.simulate(
                schedule, overlap: .allow, missed: .all(limit: 10_000), record: .afterRuns, backwards: true, seed: seed)
            var slot = Timestamp(seconds: 1_767_603_600)
            while let next = schedule.next(after: slot), next <= outcome.end {
                #expect(outcome.finished.contains(ScheduledRun(job: "job", scheduledTime: next).id))
                slot = next
            }
        }
    }
}
