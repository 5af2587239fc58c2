#if canImport(Darwin)
import Darwin
import Dispatch
import Synchronization

/// Observes folders and files through kqueue, which wants an open descriptor for each.
final class FileWatcherKqueue: FileWatcherNotifier {
    private struct Watch {
        let device: dev_t
        let inode: ino_t
        // Not marked as Sendable by Dispatch; it is only cancelled, which may be done from anywhere.
        nonisolated(unsafe) let source: any DispatchSourceFileSystemObject
    }

    private let queue: DispatchQueue
    private let onEvent: @Sendable () -> Void
    private let watches = Mutex<[String: Watch]>([:])
    /// Left by each source when its descriptor is closed.
    private let openDescriptors = DispatchGroup()

    /// See ``MakeFileWatcherNotifier``. Names do not matter here: kqueue does not tell them.
    init(
        queue: DispatchQueue, isWatched: @escaping @Sendable (String) -> Bool, onEvent: @escaping @Sendable () -> Void
    ) throws(WorkflowError) {
        self.queue = queue
        self.onEvent = onEvent
    }

    func observe(_ plan: FileWatcherPlan) throws(WorkflowError) -> Bool {
        let old = watches.withLock { $0 }
        var new: [String: Watch] = [:]
        var refusal: WorkflowError?
        for path in plan.files.union(plan.folders.keys) {
            var status = stat()
            guard stat(path, &status) == 0 else { continue }
            if let watch = old[path], watch.device == status.st_dev, watch.inode == status.st_ino {
                new[path] = watch
            } else {
                do throws(WorkflowError) {
                    new[path] = try watch(path)
                } catch {
                    refusal = error
                }
            }
        }
        for (path, watch) in old where new[path]?.source !== watch.source { watch.source.cancel() }
        watches.withLock { $0 = new }
        if let refusal { throw refusal }
        return new.contains { old[$0.key]?.source !== $0.value.source }
    }

    func close() async {
        let all = watches.withLock { watches in
            defer { watches = [:] }
            return watches
        }
        for watch in all.values { watch.source.cancel() }
        await withCheckedContinuation { continuation in
            openDescriptors.notify(queue: queue) { continuation.resume() }
        }
    }

    /// - Returns: `nil` when the path is gone again or may not be read; then the slow comparison has to do.
    private func watch(_ path: String) throws(WorkflowError) -> Watch? {
        let descriptor = Darwin.open(path, O_EVTONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == EMFILE || errno == ENFILE else { return nil }
            throw WorkflowError(
                .limitExceeded,
                "\(path) cannot be watched: there are too many open files; raise their limit (ulimit -n).")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            Darwin.close(descriptor)
            return nil
        }
        let source = DispatchSource.makeFileSystemObjectSource(
            fileDescriptor: descriptor, eventMask: [.write, .extend, .attrib, .delete, .rename, .revoke], queue: queue)
        source.setEventHandler { [onEvent] in onEvent() }
        openDescriptors.enter()
        source.setCancelHandler { [openDescriptors] in
            Darwin.close(descriptor)
            openDescriptors.leave()
        }
        source.activate()
        return Watch(device: status.st_dev, inode: status.st_ino, source: source)
    }
}
#endif
