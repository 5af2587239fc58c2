import Testing
import WorkflowCore

/// The job `job` is due at every full minute after the start; times are seconds since the start.
@Suite struct ScheduleStateMachineTests {
    private static let start = Timestamp(seconds: 1_767_603_600)

    private static func time(_ second: Int) -> Timestamp { start.advanced(by: .seconds(second)) }

    private static func run(_ second: Int) -> ScheduleStateMachine.Action {
        .run(ScheduledRun(job: "job", scheduledTime: time(second)))
    }

    private static func sleep(_ second: Int) -> ScheduleStateMachine.Action { .sleep(until: time(second)) }

    private static func id(_ second: Int) -> String { ScheduledRun(job: "job", scheduledTime: time(second)).id }

    private static func machine(
        _ text: String = "* * * * *", overlap: ScheduleStateMachine.OverlapPolicy = .skip,
        missed: ScheduleStateMachine.MissedRunPolicy = .once, jitter: Duration = .zero, record: Int? = nil, now: Int = 0
    ) throws -> ScheduleStateMachine {
        ScheduleStateMachine(
            job: "job", schedule: try Schedule(text, jitter: jitter), overlap: overlap, missedRuns: missed,
            record: record.map(time), now: time(now))
    }

    @Test func sleepsUntilTheNextSlotAndRunsIt() throws {
        var machine = try Self.machine()
        #expect(machine.startedThrough == Self.time(0))
        #expect(machine.tick(now: Self.time(10)) == [Self.sleep(60)])
        #expect(machine.tick(now: Self.time(60)) == [Self.run(60), Self.sleep(120)])
        #expect(machine.tick(now: Self.time(61)) == [Self.sleep(120)])
        #expect(machine.finished(Self.id(60)) == [])
        #expect(machine.tick(now: Self.time(120)) == [Self.run(120), Self.sleep(180)])
    }

    @Test func looksAtTheClockOnceAMinute() throws {
        var machine = try Self.machine("@hourly")
        #expect(machine.tick(now: Self.time(10)) == [Self.sleep(70)])
        #expect(machine.nextDueTime == Self.time(3600))
    }

    @Test func endsWithItsSchedule() throws {
        var machine = ScheduleStateMachine(
            job: "job", schedule: try Schedule("* * * * *", end: Self.time(60)), now: Self.time(0))
        #expect(machine.tick(now: Self.time(60)) == [Self.run(60)])
        #expect(machine.tick(now: Self.time(600)) == [])
        #expect(machine.nextDueTime == nil)
    }

    @Test func runsLaterWithJitterButUnderTheSlotsTime() throws {
        var machine = try Self.machine(jitter: .seconds(30))
        let due = machine.schedule.dueTime(of: Self.time(60), job: "job")
        #expect(machine.tick(now: Self.time(60)) == [.sleep(until: due)])
        #expect(machine.tick(now: due).first == Self.run(60))
    }

    // MARK: Overlap

    @Test func skipsASlotWhileARunGoesOn() throws {
        var machine = try Self.machine(overlap: .skip)
        _ = machine.tick(now: Self.time(60))
        #expect(
            machine.tick(now: Self.time(120)) == [.skipped(through: Self.time(120), .overlap), Self.sleep(180)])
        #expect(machine.finished(Self.id(60)) == [])
        #expect(machine.tick(now: Self.time(180)).first == Self.run(180))
    }

    @Test func letsAsManySlotsWaitAsTheQueueHolds() throws {
        var machine = try Self.machine(overlap: .queue(limit: 2))
        _ = machine.tick(now: Self.time(60))
        #expect(machine.tick(now: Self.time(120)) == [Self.sleep(180)])
        #expect(machine.tick(now: Self.time(180)) == [Self.sleep(240)])
        #expect(machine.tick(now: Self.time(240)).first == .skipped(through: Self.time(240), .overlap))
        #expect(machine.finished(Self.id(60)) == [Self.run(120)])
        #expect(machine.tick(now: Self.time(300)) == [Self.sleep(360)])
        #expect(machine.finished(Self.id(120)) == [Self.run(180)])
        #expect(machine.finished(Self.id(180)) == [Self.run(300)])
        #expect(machine.finished(Self.id(300)) == [])
    }

    @Test func runsSlotsBesideEachOtherWhenAllowed() throws {
        var machine = try Self.machine(overlap: .allow)
        for second in [60, 120, 180] { #expect(machine.tick(now: Self.time(second)).first == Self.run(second)) }
        #expect(machine.finishedThrough < Self.time(60))
        _ = machine.finished(Self.id(120))
        #expect(machine.finishedThrough < Self.time(60))
        _ = machine.finished(Self.id(60))
        #expect(machine.finishedThrough < Self.time(180) && machine.finishedThrough > Self.time(120))
        _ = machine.finished(Self.id(180))
        #expect(machine.finishedThrough == Self.time(180))
    }

    @Test func ignoresTheEndOfARunThatIsNotGoingOn() throws {
        var machine = try Self.machine(overlap: .queue())
        _ = machine.tick(now: Self.time(60))
        _ = machine.tick(now: Self.time(120))
        #expect(machine.finished("other") == [])
        #expect(machine.finished(Self.id(60)) == [Self.run(120)])
        #expect(machine.finished(Self.id(60)) == [])
    }

    // MARK: Missed runs

    @Test func runsOnceForAllMissedSlots() throws {
        var machine = try Self.machine(missed: .once, record: 0, now: 3630)
        #expect(
            machine.tick(now: Self.time(3630)) == [
                .skipped(through: Self.time(3540), .missed), Self.run(3600), Self.sleep(3660),
            ])
    }

    @Test func runsASingleMissedSlotLate() throws {
        var machine = try Self.machine("@daily", missed: .once, record: 0, now: 200_000)
        let due = Self.time(140_400)
        #expect(machine.tick(now: Self.time(200_000)).contains(.run(ScheduledRun(job: "job", scheduledTime: due))))
    }

    @Test func skipsMissedSlotsButNotTheOneInTime() throws {
        var machine = try Self.machine(missed: .skip, record: 0, now: 3630)
        #expect(machine.tick(now: Self.time(3630)).contains(Self.run(3600)))
        var late = try Self.machine("@hourly", missed: .skip, record: 0, now: 3700)
        #expect(
            late.tick(now: Self.time(3700)) == [.skipped(through: Self.time(3600), .missed), Self.sleep(3760)])
        #expect(late.startedThrough == Self.time(3600))
    }

    @Test func runsTheNewestMissedSlotsOneAfterTheOther() throws {
        var machine = try Self.machine(missed: .all(limit: 3), record: 0, now: 600)
        #expect(
            machine.tick(now: Self.time(600)) == [
                .skipped(through: Self.time(420), .missed), Self.run(480), Self.sleep(660),
            ])
        #expect(machine.finished(Self.id(480)) == [Self.run(540)])
        #expect(machine.finished(Self.id(540)) == [Self.run(600)])
        #expect(machine.finished(Self.id(600)) == [])
    }

    @Test func runsMissedSlotsTogetherWhenRunsMayOverlap() throws {
        var machine = try Self.machine(overlap: .allow, missed: .all(limit: 100), record: 0, now: 200)
        #expect(machine.tick(now: Self.time(200)) == [Self.run(60), Self.run(120), Self.run(180), Self.sleep(240)])
    }

    @Test func neverEnumeratesADecadeOfSlots() throws {
        for missed in [ScheduleStateMachine.MissedRunPolicy.skip, .once, .all(limit: .max)] {
            var machine = ScheduleStateMachine(
                job: "job", schedule: try Schedule("* * * * * *"), missedRuns: missed,
                record: Timestamp(nanoseconds: .min), now: Self.start)
            let runs = machine.tick(now: Self.start).compactMap { if case .run(let run) = $0 { run } else { nil } }
            #expect(runs.count == 1)
        }
    }

    // MARK: The clock

    @Test func neverRunsASlotTwiceWhenTheClockGoesBack() throws {
        var machine = try Self.machine()
        #expect(machine.tick(now: Self.time(60)).first == Self.run(60))
        _ = machine.finished(Self.id(60))
        #expect(machine.tick(now: Self.time(10)) == [Self.sleep(70)])
        #expect(machine.tick(now: Self.time(60)) == [Self.sleep(120)])
        #expect(machine.tick(now: Self.time(120)).first == Self.run(120))
        var restarted = try Self.machine(record: 120, now: 30)
        #expect(restarted.tick(now: Self.time(60)) == [Self.sleep(120)])
        #expect(restarted.tick(now: Self.time(120)) == [Self.sleep(180)])
    }

    @Test func treatsAJumpOfTheClockAsMissedRuns() throws {
        var machine = try Self.machine(missed: .once)
        _ = machine.tick(now: Self.time(60))
        _ = machine.finished(Self.id(60))
        #expect(
            machine.tick(now: Self.time(36_000)) == [
                .skipped(through: Self.time(35_940), .missed), Self.run(36_000), Self.sleep(36_060),
            ])
    }

    // MARK: The record

    @Test func recordsASlotBeforeItIsRunOrAfterItHasFinished() throws {
        var machine = try Self.machine(overlap: .queue())
        _ = machine.tick(now: Self.time(60))
        #expect(machine.startedThrough == Self.time(60))
        #expect(machine.finishedThrough < Self.time(60))
        _ = machine.tick(now: Self.time(120))
        #expect(machine.startedThrough >= Self.time(60) && machine.startedThrough < Self.time(120))
        _ = machine.finished(Self.id(60))
        #expect(machine.startedThrough == Self.time(120))
        #expect(machine.finishedThrough >= Self.time(60) && machine.finishedThrough < Self.time(120))
        _ = machine.finished(Self.id(120))
        #expect(machine.finishedThrough == Self.time(120))
    }
}
