import Testing
import WorkflowCore

@testable import WorkflowHTTP

/// Expectations cannot change a variable, but what an object holds.
private final class Holder<Value> {
    private(set) var value: Value

    init(_ value: Value) {
        self.value = value
    }

    func change<Result>(_ body: (inout Value) -> Result) -> Result {
        body(&value)
    }
}

@Suite("The circuit breaker")
struct CircuitBreakerTests {
    private let start = Timestamp(seconds: 1000)

    private func breaker(successes: Int = 1) -> Holder<CircuitBreaker> {
        Holder(CircuitBreaker(failureThreshold: 3, openTimeout: .seconds(30), successThreshold: successes))
    }

    @Test func `only failures one after the other open it`() {
        let breaker = breaker()
        breaker.change { $0.fail(at: start) }
        breaker.change { $0.fail(at: start) }
        breaker.change { $0.succeed() }
        breaker.change { $0.fail(at: start) }
        breaker.change { $0.fail(at: start) }
        #expect(!breaker.value.isOpen)
        breaker.change { $0.fail(at: start) }
        #expect(breaker.value.state == .open(until: Timestamp(seconds: 1030)))
        #expect(!breaker.change { $0.admit(at: Timestamp(seconds: 1029)) })
    }

    @Test func `one request is on trial after the time`() {
        let breaker = breaker()
        for _ in 0..<3 { breaker.change { $0.fail(at: start) } }
        let later = Timestamp(seconds: 1030)
        #expect(breaker.change { $0.admit(at: later) })
        #expect(!breaker.change { $0.admit(at: later) })
        breaker.change { $0.fail(at: later) }
        #expect(breaker.value.state == .open(until: Timestamp(seconds: 1060)))
        #expect(breaker.change { $0.admit(at: Timestamp(seconds: 1060)) })
        breaker.change { $0.succeed() }
        #expect(breaker.value.state == .closed(failures: 0))
    }

    @Test func `a trial that taught nothing makes room for another`() {
        let breaker = breaker()
        for _ in 0..<3 { breaker.change { $0.fail(at: start) } }
        #expect(breaker.change { $0.admit(at: Timestamp(seconds: 1030)) })
        breaker.change { $0.abandon() }
        #expect(breaker.change { $0.admit(at: Timestamp(seconds: 1030)) })
    }

    @Test func `several trials may be asked for`() {
        let breaker = breaker(successes: 2)
        for _ in 0..<3 { breaker.change { $0.fail(at: start) } }
        let later = Timestamp(seconds: 1030)
        #expect(breaker.change { $0.admit(at: later) })
        #expect(breaker.change { $0.admit(at: later) })
        #expect(!breaker.change { $0.admit(at: later) })
        breaker.change { $0.succeed() }
        #expect(breaker.value.isOpen)
        #expect(!breaker.change { $0.admit(at: later) })
        breaker.change { $0.succeed() }
        #expect(!breaker.value.isOpen)
    }

    @Test func `late answers of requests from before do not close it`() {
        let breaker = breaker()
        for _ in 0..<3 { breaker.change { $0.fail(at: start) } }
        breaker.change { $0.succeed() }
        #expect(breaker.value.isOpen)
    }

    @Test func `health changes only after so many checks`() {
        let health = Holder(TargetHealth())
        #expect(!health.change { $0.note(false, healthyThreshold: 2, unhealthyThreshold: 2) })
        #expect(!health.change { $0.note(true, healthyThreshold: 2, unhealthyThreshold: 2) })
        #expect(!health.change { $0.note(false, healthyThreshold: 2, unhealthyThreshold: 2) })
        #expect(health.change { $0.note(false, healthyThreshold: 2, unhealthyThreshold: 2) })
        #expect(!health.value.isHealthy)
        #expect(!health.change { $0.note(true, healthyThreshold: 2, unhealthyThreshold: 2) })
        #expect(health.change { $0.note(true, healthyThreshold: 2, unhealthyThreshold: 2) })
        #expect(health.value.isHealthy)
    }
}
