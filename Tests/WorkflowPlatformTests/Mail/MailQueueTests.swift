import Logging
import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite(.timeLimit(.minutes(5))) struct MailQueueTests {
    /// Fails so many times before it sends.
    private final class FailingSender: MailSender {
        private let failures: Mutex<Int>
        private let code: WorkflowError.Code
        let recorder = MailRecorder()

        init(failures: Int, _ code: WorkflowError.Code = .unavailable) {
            self.failures = Mutex(failures)
            self.code = code
        }

        func send(_ message: MailMessage) async throws {
            let isFailure = failures.withLock { failures in
                failures -= 1
                return failures >= 0
            }
            if isFailure { throw WorkflowError(code, "not now") }
            try await recorder.send(message)
        }
    }

    private static func message(_ number: Int) -> MailMessage {
        MailMessage(recipient: "\(number)@example.com", subject: "s", text: "t")
    }

    private static func metrics(_ environment: EngineEnvironment) -> String {
        String(decoding: environment.metrics.registry.render(), as: UTF8.self)
    }

    @Test func whatFailsIsTriedAgain() async throws {
        let (sender, clock) = (FailingSender(failures: 2), TestClock())
        let queue = MailQueue(sender: sender, environment: EngineEnvironment(clock: clock, logger: .quiet))
        let end = AsyncStream<Never>.makeStream()
        let running = Task { await queue.delivering { for await _ in end.stream {} } }
        queue.submit(Self.message(1))
        for seconds in [4, 16] {
            try await clock.waitForSleepers()
            #expect(sender.recorder.count == 0)
            #expect(clock.nextDeadline == clock.now.advanced(by: .seconds(seconds)))
            clock.advanceToNextSleeper()
        }
        #expect(await sender.recorder.next() == Self.message(1))
        end.continuation.finish()
        await running.value
    }

    @Test func whatGoesOnFailingIsGivenUp() async throws {
        let (sender, clock) = (FailingSender(failures: 4), TestClock())
        let environment = EngineEnvironment(clock: clock, logger: .quiet)
        let queue = MailQueue(sender: sender, environment: environment)
        let end = AsyncStream<Never>.makeStream()
        let running = Task { await queue.delivering { for await _ in end.stream {} } }
        queue.submit(Self.message(1))
        for _ in 1...3 {
            try await clock.waitForSleepers()
            clock.advanceToNextSleeper()
        }
        while queue.waitingCount > 0 { await Task.yield() }
        end.continuation.finish()
        await running.value
        #expect(sender.recorder.count == 0)
        #expect(Self.metrics(environment).contains(#"platform_mails_total{outcome="failed"} 1"#))
    }

    @Test func othersDoNotWaitForWhatFails() async throws {
        let (sender, clock) = (FailingSender(failures: 1), TestClock())
        let queue = MailQueue(sender: sender, environment: EngineEnvironment(clock: clock, logger: .quiet))
        let end = AsyncStream<Never>.makeStream()
        let running = Task { await queue.delivering { for await _ in end.stream {} } }
        queue.submit(Self.message(1))
        queue.submit(Self.message(2))
        #expect(await sender.recorder.next() == Self.message(2))
        try await clock.waitForSleepers()
        clock.advanceToNextSleeper()
        #expect(await sender.recorder.next() == Self.message(1))
        end.continuation.finish()
        await running.value
    }

    @Test func whatIsRefusedForGoodIsNotTriedAgain() async throws {
        let environment = EngineEnvironment(clock: TestClock(), logger: .quiet)
        let sender = FailingSender(failures: 1, .invalidInput)
        let queue = MailQueue(sender: sender, environment: environment)
        queue.submit(Self.message(1))
        await queue.delivering {}
        #expect(Self.metrics(environment).contains(#"platform_mails_total{outcome="failed"} 1"#))
    }

    @Test func whatWaitsIsSentBeforeTheEnd() async throws {
        let sender = FailingSender(failures: 0)
        let queue = MailQueue(sender: sender, environment: EngineEnvironment(clock: TestClock(), logger: .quiet))
        for number in 1...3 { queue.submit(Self.message(number)) }
        let running = Task { await queue.delivering {} }
        running.cancel()
        await running.value
        #expect(sender.recorder.count == 3)
    }

    /// Never sends anything.
    private struct HangingSender: MailSender {
        let clock: TestClock

        func send(_ message: MailMessage) async throws { try await clock.sleep(for: .seconds(3600)) }
    }

    @Test func whatIsNotSentInTimeIsCounted() async throws {
        let clock = TestClock()
        let environment = EngineEnvironment(clock: clock, logger: .quiet)
        let queue = MailQueue(sender: HangingSender(clock: clock), environment: environment)
        for number in 1...3 { queue.submit(Self.message(number)) }
        let running = Task { await queue.delivering {} }
        try await clock.waitForSleepers(2)
        clock.advanceToNextSleeper()
        await running.value
        #expect(queue.waitingCount == 0)
        queue.submit(Self.message(4))
        #expect(Self.metrics(environment).contains(#"platform_mails_total{outcome="dropped"} 4"#))
    }

    @Test func oneTooManyIsDropped() async throws {
        let sender = FailingSender(failures: 0)
        let queue = MailQueue(
            sender: sender, environment: EngineEnvironment(clock: TestClock(), logger: .quiet), capacity: 2)
        for number in 1...3 { queue.submit(Self.message(number)) }
        let end = AsyncStream<Never>.makeStream()
        let running = Task { await queue.delivering { for await _ in end.stream {} } }
        #expect(await [sender.recorder.next(), sender.recorder.next()] == [Self.message(1), Self.message(2)])
        queue.submit(Self.message(4))
        #expect(await sender.recorder.next() == Self.message(4))
        end.continuation.finish()
        await running.value
    }
}
