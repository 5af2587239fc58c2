#if JavaScript
import Testing

@testable import WorkflowJavaScript

@Suite("JavaScript runtime: circuit breaker")
struct ComponentBreakerTests {
    private static let second: UInt64 = 1_000_000_000
    private static let start = 1000 * second

    private func breaker(strikesAt times: [UInt64]) -> ComponentBreaker {
        var breaker = ComponentBreaker()
        for time in times { breaker.strike(.processorTime, now: Self.start + time * Self.second, jitter: 0) }
        return breaker
    }

    @Test("three strikes within a minute open it, for five seconds")
    func opens() {
        var breaker = breaker(strikesAt: [0, 59])
        #expect(breaker.state == .closed)
        let early = breaker.admit(1, now: Self.start)
        #expect(early == .admitted)
        breaker.strike(.memory, now: Self.start + 60 * Self.second, jitter: 0)
        #expect(breaker.isOpen)
        let refused = breaker.admit(2, now: Self.start + 61 * Self.second)
        #expect(refused == .refused(retryAfter: .seconds(4)))
        #expect(breaker.reason(name: "x.js", retryAfter: .seconds(4)).hasPrefix("the component x.js rests for 4 s: "))
        #expect(breaker.reason(name: "x.js", retryAfter: .seconds(4)).contains("3 times"))
        #expect(breaker.revival == nil)
    }

    @Test("strikes that are far apart do not open it")
    func forgets() {
        #expect(breaker(strikesAt: [0, 50, 100, 150, 200]).state == .closed)
    }

    @Test("after the rest it lets one call in, and all when that has ended")
    func halfOpen() {
        var breaker = breaker(strikesAt: [0, 0, 0])
        let later = Self.start + 5 * Self.second
        #expect(breaker.remaining(now: later) == nil)
        let admissions = [breaker.admit(1, now: later), breaker.admit(2, now: later)]
        #expect(admissions == [.admittedToLoad, .refused(retryAfter: .seconds(1))])
        // Lost through no fault of its own: the next one is the probe.
        breaker.ended(1, isProof: false)
        let next = breaker.admit(3, now: later)
        #expect(next == .admitted)
        breaker.ended(1, isProof: true)
        #expect(breaker.state == .halfOpen(probe: 3))
        breaker.ended(3, isProof: true)
        #expect(breaker.state == .closed)
    }

    @Test("each further strike after a rest doubles the next, up to five minutes")
    func doubles() {
        var breaker = breaker(strikesAt: [0, 0, 0])
        var now = Self.start
        var rests: [Duration] = []
        for call in UInt64(1)...9 {
            let rest = breaker.remaining(now: now) ?? .zero
            rests.append(rest)
            now += UInt64(rest / .nanoseconds(1))
            let admission = breaker.admit(call, now: now)
            #expect(admission == .admittedToLoad)
            // One call that ends is not enough to be trusted again.
            breaker.ended(call, isProof: true)
            breaker.strike(.crash(signal: 11), now: now, jitter: 0)
        }
        #expect(rests == [5, 10, 20, 40, 80, 160, 300, 300, 300].map { .seconds($0) })
    }

    @Test("what was long ago is forgotten")
    func recovers() {
        var breaker = breaker(strikesAt: [0, 0, 0])
        _ = breaker.admit(1, now: Self.start + 5 * Self.second)
        breaker.ended(1, isProof: true)
        for _ in 1...3 { breaker.strike(.processorTime, now: Self.start + 1000 * Self.second, jitter: 0) }
        #expect(breaker.remaining(now: Self.start + 1000 * Self.second) == .seconds(5))
    }

    @Test("a component that was unloaded comes back by itself after a moment")
    func pauses() {
        var breaker = ComponentBreaker()
        breaker.strike(.reload("no connection"), now: Self.start, jitter: 0)
        #expect(breaker.remaining(now: Self.start) == .milliseconds(250))
        #expect(breaker.reason(name: "x.js", retryAfter: .milliseconds(250)).contains("no connection"))
        // What follows from the same failure does not count again.
        breaker.strike(.reload("not loaded"), now: Self.start, jitter: 0)
        breaker.revive(now: Self.start + Self.second / 4)
        #expect(breaker.state == .closed)
        breaker.strike(.backgroundTime, now: Self.start + Self.second, jitter: 0)
        #expect(breaker.remaining(now: Self.start + Self.second) == .milliseconds(500))
        #expect(breaker.revival == Self.start + Self.second * 3 / 2)
        breaker.revive(now: Self.start + 2 * Self.second)
        breaker.strike(.reload("no connection"), now: Self.start + 2 * Self.second, jitter: 0)
        #expect(breaker.remaining(now: Self.start + 2 * Self.second) == .seconds(5))
        #expect(breaker.revival == nil)
    }

    @Test("jitter makes a rest at most a tenth longer")
    func jitters() {
        var breaker = breaker(strikesAt: [0, 0])
        breaker.strike(.processorTime, now: Self.start, jitter: 1)
        #expect(breaker.remaining(now: Self.start) == .milliseconds(5500))
    }

    @Test("background code has a twentieth of a processor, saved up for ten seconds")
    func budget() {
        var budget = BackgroundBudget()
        func spend(_ milliseconds: UInt64, at time: UInt64) -> Bool {
            budget.spend(milliseconds * 1_000_000, now: Self.start + time * 1_000_000)
        }
        let verdicts = [spend(500, at: 0), spend(50, at: 1000), spend(50, at: 1500)]
        #expect(verdicts == [true, true, false])
        budget.refill()
        let later = [spend(500, at: 2000), spend(501, at: 3_600_000)]
        #expect(later == [true, false])
    }
}
#endif
