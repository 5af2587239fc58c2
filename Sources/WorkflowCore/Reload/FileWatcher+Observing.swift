import Dispatch
import Logging
import Synchronization

/// How the loop of ``FileWatcher/run(_:)`` looks at the files.
extension FileWatcher {
    var events: Int { state.withLock { $0.events } }

    func noteEvent() {
        state.withLock { $0.events += 1 }
        wakeUp.signal()
    }

    /// Waits until nothing has happened for a while.
    ///
    /// - Returns: How many events there were until then.
    func settle() async -> Int {
        let limit = clock.now.advanced(by: configuration.maximumDelay)
        while true {
            var seen = events
            let first = seen
            let before = await identities()
            var end = min(clock.now.advanced(by: configuration.debounce), limit)
            while clock.now < end, !Task.isCancelled {
                await wakeUp.wait(until: end, clock: clock)
                let now = events
                if now != seen { end = min(clock.now.advanced(by: configuration.debounce), limit) }
                seen = now
            }
            // Where the system says nothing, only looking again shows that a file is still being written.
            guard seen == first, clock.now < limit, !Task.isCancelled, await identities() != before else { return seen }
        }
    }

    private func identities() async -> [String: FileWatcherSnapshot.Identity?] {
        let (paths, isWatched) = (state.withLock { $0.paths }, configuration.isWatched)
        return await queue.perform { FileWatcherSnapshot.identities(paths: paths, isWatched: isWatched) }
    }

    /// Sees to it that everything is observed.
    ///
    /// - Returns: Whether the files look other than they did when they were compared last.
    func inspect() async -> Bool {
        await queue.perform { [self] in
            observe()
            let (paths, known) = state.withLock { ($0.paths, $0.known.identities) }
            return FileWatcherSnapshot.identities(paths: paths, isWatched: configuration.isWatched) != known
        }
    }

    /// Compares the files with what they were.
    func compare() async -> Change? {
        await queue.perform { [self] in
            // First, so that what changes after it was read is told.
            observe()
            let now = FileWatcherSnapshot(paths: state.withLock { $0.paths }, isWatched: configuration.isWatched)
            let files = state.withLock { state in
                defer { state.known = now }
                return now.differences(from: state.known)
            }
            return files.isEmpty ? nil : Change(files: files)
        }
    }

    /// Observes all folders on the way to the watched paths; runs on the queue.
    private func observe() {
        let paths = state.withLock { $0.paths }
        do throws(WorkflowError) {
            let notifier = try currentNotifier()
            // A folder may have got an entry before it was observed, so that more has to be; but not for ever.
            for _ in 0..<5 {
                let plan = FileWatcherPlan(paths: paths, isWatched: configuration.isWatched)
                guard try notifier.observe(plan) else { break }
            }
            state.withLock { $0.limitation = nil }
        } catch {
            let isNew = state.withLock { state in
                defer { state.limitation = error }
                return state.limitation?.message != error.message
            }
            guard isNew else { return }
            logger.warning(
                "Files are not watched by the system; they are compared from time to time",
                metadata: ["error": "\(error)", "interval": "\(configuration.comparisonInterval)"])
        }
    }

    private func currentNotifier() throws(WorkflowError) -> any FileWatcherNotifier {
        if let existing = notifier.withLock({ $0 }) { return existing }
        let made = try makeNotifier(queue, configuration.isWatched) { [weak self] in self?.noteEvent() }
        notifier.withLock { $0 = made }
        return made
    }
}
