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
        let recorder = MailRecorder()

        init(failures: Int) {
            self.failures = Mutex(failures)
        }

        func send(_ message: MailMessage) async throws {
            let isFailure = failures.withLock { failures in
                failures -= 1
                return failures >= 0
            }
            if isFailure { throw WorkflowError(.unavailable, "not now") }
            try await recorder.send(message)
        }
    }

    private static func message(_ number: Int) -> MailMessage {
        MailMessage(recipient: "\(number)@example.com", subject: "s", text: "t")
    }

    @Test func whatFailsIsTriedAgain() async throws {
        let (sender, clock) = (FailingSender(failures: 2), TestClock())
        let queue = MailQueue(sender: sender, environment: EngineEnvironment(clock: clock, logger: .quiet))
        let running = Task { await queue.run() }
        queue.submit(Self.message(1))
        for seconds in [4, 16] {
            try await clock.waitForSleepers()
            #expect(sender.recorder.count == 0)
            #expect(clock.nextDeadline == clock.now.advanced(by: .seconds(seconds)))
            clock.advanceToNextSleeper()
        }
        #expect(await sender.recorder.next() == Self.message(1))
        running.cancel()
        await running.value
    }

    @Test func whatGoesOnFailingIsGivenUp() async throws {
        let (sender, clock) = (FailingSender(failures: 4), TestClock())
        let queue = MailQueue(sender: sender, environment: EngineEnvironment(clock: clock, logger: .quiet))
        let running = Task { await queue.run() }
        queue.submit(Self.message(1))
        queue.submit(Self.message(2))
        for _ in 1...3 {
            try await clock.waitForSleepers()
            clock.advanceToNextSleeper()
        }
        #expect(await sender.recorder.next() == Self.message(2))
        running.cancel()
        await running.value
    }

    @Test func oneTooManyIsDropped() async throws {
        let sender = FailingSender(failures: 0)
        let queue = MailQueue(
            sender: sender, environment: EngineEnvironment(clock: TestClock(), logger: .quiet), capacity: 2)
        for number in 1...3 { queue.submit(Self.message(number)) }
        let running = Task { await queue.run() }
        #expect(await [sender.recorder.next(), sender.recorder.next()] == [Self.message(1), Self.message(2)])
        queue.submit(Self.message(4))
        #expect(await sender.recorder.next() == Self.message(4))
        running.cancel()
        await running.value
    }
}
