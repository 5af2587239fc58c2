import Testing
import WorkflowCore

struct BackoffTests {
    private let backoff = Backoff(base: .milliseconds(100), limit: .seconds(1))

    @Test(arguments: [(1, 100), (2, 200), (3, 400), (4, 800), (5, 1000), (60, 1000), (0, 100), (-3, 100)])
    func `The bound doubles up to the limit`(attempt: Int, milliseconds: Int) {
        #expect(backoff.delay(afterAttempt: attempt, random: 1) == .milliseconds(milliseconds))
    }

    @Test func `The delay is a random part of the bound`() {
        #expect(backoff.delay(afterAttempt: 2, random: 0) == .zero)
        #expect(backoff.delay(afterAttempt: 2, random: 0.25) == .milliseconds(50))
        #expect(backoff.delay(afterAttempt: 2, random: 7) == .milliseconds(200))
        #expect(backoff.delay(afterAttempt: 2, random: -1) == .zero)
    }

    @Test func `Odd bounds do no harm`() {
        #expect(Backoff(base: .zero).delay(afterAttempt: 3, random: 1) == .zero)
        #expect(Backoff(base: .seconds(-1)).delay(afterAttempt: 3, random: 1) == .zero)
        let endless = Backoff(base: .seconds(1), limit: .seconds(1 << 40))
        #expect(endless.delay(afterAttempt: 99, random: 1) == .seconds(1_000_000_000))
    }
}
