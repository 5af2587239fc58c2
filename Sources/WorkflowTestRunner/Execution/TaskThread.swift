import CTaskHook
import Foundation

/// Runs all tasks of this process on one thread, one job after the other, and tells when none of them can go on.
///
/// That makes tests repeatable: what happens, happens in the same order each time, and "nothing goes on any more" is a
/// fact rather than a matter of waiting for long enough.
///
/// Work elsewhere, such as that of a script, counts as going on between ``enter()`` and ``leave()``.
final class TaskThread: TaskExecutor, @unchecked Sendable {
    private struct Waiter {
        let continuation: CheckedContinuation<Bool, Never>
        /// How many jobs there had been, for one that waits for others; `nil` for one that only waits for the end.
        let mark: Int?
        let deadline: Date
    }

    private static let shared = TaskThread()
    private static let stackSize = 16 << 20

    // All that follows is guarded by the condition.
    private let condition = NSCondition()
    private var jobs: [UnownedJob] = []
    private var started = 0
    private var outside = 0
    private var waiters: [Waiter] = []
    private var users = 0
    private var isStarted = false

    private init() {}

    /// Has all tasks run on the thread from now on, until ``release()``.
    static func take() -> TaskThread {
        shared.use(by: 1)
        return shared
    }

    /// Lets tasks run elsewhere again, when nobody else has the thread.
    func release() { use(by: -1) }

    private func use(by change: Int) {
        condition.lock()
        defer { condition.unlock() }
        users += change
        if !isStarted { start() }
        isStarted = true
        let hook: @convention(c) (UnsafeRawPointer?, UnsafeRawPointer?) -> Void = { job, _ in
            TaskThread.shared.add(unsafeBitCast(job, to: UnownedJob.self))
        }
        workflow_set_task_hook(users > 0 ? hook : nil)
    }

    private func start() {
        let thread = Thread { [self] in run() }
        thread.name = "workflow tests"
        thread.stackSize = Self.stackSize
        thread.start()
    }

    func enqueue(_ job: consuming ExecutorJob) { add(UnownedJob(job)) }

    private func add(_ job: UnownedJob) {
        condition.lock()
        jobs.append(job)
        condition.signal()
        condition.unlock()
    }

    /// Says that something begins elsewhere which tasks wait for.
    func enter() {
        condition.lock()
        outside += 1
        condition.unlock()
    }

    /// Says that it has ended.
    func leave() {
        condition.lock()
        outside -= 1
        condition.signal()
        condition.unlock()
    }

    /// Returns when no task can go on and nothing goes on elsewhere.
    func settle() async {
        _ = await wait(mark: false, until: .distantFuture)
    }

    /// Returns when something has gone on by itself and nothing does any more.
    ///
    /// - Parameter limit: How long to wait for something, in real time.
    /// - Returns: Whether anything has.
    func settle(afterActivityWithin limit: Duration) async -> Bool {
        await wait(mark: true, until: Date(timeIntervalSinceNow: limit / .seconds(1)))
    }

    private func wait(mark: Bool, until deadline: Date) async -> Bool {
        await withCheckedContinuation { continuation in
            condition.lock()
            waiters.append(Waiter(continuation: continuation, mark: mark ? started : nil, deadline: deadline))
            condition.signal()
            condition.unlock()
        }
    }

    private func run() {
        while true {
            let (batch, rested) = next()
            for (waiter, isActive) in rested { waiter.continuation.resume(returning: isActive) }
            for job in batch {
                count()
                job.runSynchronously(on: asUnownedTaskExecutor())
            }
        }
    }

    /// Waits for jobs, or for a rest that somebody waits for.
    private func next() -> (jobs: [UnownedJob], rested: [(Waiter, Bool)]) {
        condition.lock()
        defer { condition.unlock() }
        while jobs.isEmpty {
            let rested = outside == 0 ? takeRested() : []
            guard rested.isEmpty else { return ([], rested) }
            let deadline = waiters.map(\.deadline).min() ?? .distantFuture
            if outside == 0, deadline < .distantFuture { _ = condition.wait(until: deadline) } else { condition.wait() }
        }
        defer { jobs = [] }
        return (jobs, [])
    }

    private func count() {
        condition.lock()
        started += 1
        condition.unlock()
    }

    private func takeRested() -> [(Waiter, Bool)] {
        let now = Date()
        var (rested, others): ([(Waiter, Bool)], [Waiter]) = ([], [])
        for waiter in waiters {
            let isActive = waiter.mark.map { $0 < started } ?? true
            if isActive || waiter.deadline <= now { rested.append((waiter, isActive)) } else { others.append(waiter) }
        }
        waiters = others
        return rested
    }
}
