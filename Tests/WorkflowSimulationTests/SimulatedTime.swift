import Synchronization
import WorkflowTesting

@testable import WorkflowCore

/// The time of a simulation, what is to happen in it, and its dice.
final class SimulatedTime: Sendable {
    private struct Event: Sendable {
        let time: Timestamp
        let action: @Sendable () -> Void
    }

    private struct State {
        var generator: SeededGenerator
        var events: [Event] = []
        var isQuiet = false
        var lastID = 0
    }

    let clock = TestClock()
    private let state: Mutex<State>

    init(seed: UInt64) {
        state = Mutex(State(generator: SeededGenerator(seed: seed)))
    }

    /// Whether nothing goes wrong any more.
    var isQuiet: Bool {
        get { state.withLock { $0.isQuiet } }
        set { state.withLock { $0.isQuiet = newValue } }
    }

    func choose(_ count: Int) -> Int {
        count == 1 ? 0 : state.withLock { Int($0.generator.next() % UInt64(count)) }
    }

    func happens(onceIn count: Int) -> Bool { choose(count) == 0 }

    func random(milliseconds range: ClosedRange<Int>) -> Duration {
        .milliseconds(range.lowerBound + choose(range.count))
    }

    func nextID() -> String {
        state.withLock { state in
            state.lastID += 1
            return "id\(state.lastID)"
        }
    }

    /// Lets something happen after a while.
    func after(_ delay: Duration, _ action: @escaping @Sendable () -> Void) {
        let time = clock.now.advanced(by: delay)
        state.withLock { state in
            let index = state.events.lastIndex { $0.time <= time }.map { $0 + 1 } ?? 0
            state.events.insert(Event(time: time, action: action), at: index)
        }
    }

    /// Moves on to what happens next.
    func goOn() {
        let event = state.withLock { state -> Event? in
            guard let first = state.events.first else { return nil }
            if let deadline = clock.nextDeadline, deadline < first.time { return nil }
            return state.events.removeFirst()
        }
        guard let event else {
            clock.advanceToNextSleeper()
            return
        }
        clock.advance(by: clock.now.duration(to: event.time))
        event.action()
    }
}

extension SimulatedTime: IdentifierGenerator {
    func next() -> String { nextID() }
}

/// The clock of one machine, which shows something else than the others.
struct SkewedClock: EngineClock {
    let base: TestClock
    let skew: Duration

    var now: Timestamp { base.now.advanced(by: skew) }
    var uptime: Duration { base.uptime }

    func sleep(for duration: Duration) async throws { try await base.sleep(for: duration) }
}
