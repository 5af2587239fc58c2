import Synchronization

/// Runs the tasks of one simulated process, one step at a time and in the order that a simulation chooses.
final class SimulatedExecutor: TaskExecutor {
    private let jobs = Mutex<[UnownedJob]>([])

    var isIdle: Bool { jobs.withLock { $0.isEmpty } }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    /// Runs one of the steps that could be next.
    func runOne(choosing index: (Int) -> Int) {
        let job = jobs.withLock { $0.remove(at: index($0.count)) }
        job.runSynchronously(on: asUnownedTaskExecutor())
    }
}
