#if os(Linux)
import Dispatch
import Foundation
import Synchronization

/// Observes folders through inotify.
final class FileWatcherInotify: FileWatcherNotifier {
    private struct State {
        /// What matters in each folder, by its watch descriptor.
        var folders: [Int32: FileWatcherPlan.Folder] = [:]
        var closing: CheckedContinuation<Void, Never>?
    }

    /// Entries come and go; the folder itself is moved or removed.
    private static let entries = UInt32(
        IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF)
    /// The content of entries changes, or who may read it.
    private static let contents = UInt32(IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB)

    private let descriptor: Int32
    // Not marked as Sendable by Dispatch; after `init` it is only cancelled, which may be done from anywhere.
    private nonisolated(unsafe) let source: any DispatchSourceRead
    private let isWatched: @Sendable (String) -> Bool
    private let onEvent: @Sendable () -> Void
    private let state = Mutex(State())

    /// See ``MakeFileWatcherNotifier``.
    init(
        queue: DispatchQueue, isWatched: @escaping @Sendable (String) -> Bool, onEvent: @escaping @Sendable () -> Void
    ) throws(WorkflowError) {
        descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { throw Self.refusal(toCreate: errno) }
        self.isWatched = isWatched
        self.onEvent = onEvent
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler { [weak self] in self?.readEvents() }
        source.setCancelHandler { [self] in
            Foundation.close(descriptor)
            state.withLock { $0.closing.take() }?.resume()
        }
        source.activate()
    }

    func observe(_ plan: FileWatcherPlan) throws(WorkflowError) -> Bool {
        var folders: [Int32: FileWatcherPlan.Folder] = [:]
        var refusal: WorkflowError?
        for (path, folder) in plan.byImportance {
            let mask = Self.entries | (folder.holdsFiles ? Self.contents : 0) | UInt32(IN_ONLYDIR) | UInt32(IN_MASK_ADD)
            let watch = inotify_add_watch(descriptor, path, mask)
            if watch >= 0 {
                // Two paths may be the same folder.
                folders[watch, default: FileWatcherPlan.Folder()].merge(folder)
            } else if errno == ENOSPC || errno == ENOMEM {
                refusal = refusal ?? Self.refusal(toWatch: path, errno)
            }
            // Other errors: it is gone again, or may not be read; then the slow comparison has to do.
        }
        let isMore = state.withLock { state in
            for watch in state.folders.keys where folders[watch] == nil { inotify_rm_watch(descriptor, watch) }
            defer { state.folders = folders }
            return folders.keys.contains { state.folders[$0] == nil }
        }
        if let refusal { throw refusal }
        return isMore
    }

    func close() async {
        await withCheckedContinuation { continuation in
            state.withLock { $0.closing = continuation }
            source.cancel()
        }
    }

    /// Reads what there is and tells once when any of it matters.
    private func readEvents() {
        var matters = false
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            let chunk = buffer.withUnsafeBytes { anyMatters(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
            matters = matters || chunk
        }
        if matters { onEvent() }
    }

    private func anyMatters(_ events: UnsafeRawBufferPointer) -> Bool {
        state.withLock { state in
            var offset = 0
            while offset + MemoryLayout<inotify_event>.size <= events.count {
                let event = events.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                let start = offset + MemoryLayout<inotify_event>.size
                offset = min(start + Int(event.len), events.count)
                // Events were lost, so anything may have happened.
                if event.mask & UInt32(IN_Q_OVERFLOW) != 0 { return true }
                guard event.mask & UInt32(IN_IGNORED) == 0, let folder = state.folders[event.wd] else { continue }
                let name = String(decoding: events[start..<offset].prefix { $0 != 0 }, as: UTF8.self)
                // Without a name it is about the folder itself.
                if name.isEmpty || folder.names.contains(name) || folder.isListed && isWatched(name) { return true }
            }
            return false
        }
    }

    /// The error for `inotify_init1`.
    static func refusal(toCreate code: Int32) -> WorkflowError {
        switch code {
        case EMFILE, ENFILE:
            WorkflowError(
                .limitExceeded,
                "Files cannot be watched: there are too many inotify instances or open files; raise "
                    + "fs.inotify.max_user_instances with sysctl, or the limit of open files (ulimit -n).")
        default:
            WorkflowError(
                .unavailable, "Files cannot be watched: inotify is not available: \(String(cString: strerror(code))).")
        }
    }

    /// The error for `inotify_add_watch`.
    static func refusal(toWatch path: String, _ code: Int32) -> WorkflowError {
        let reason =
            code == ENOSPC
            ? "the limit of inotify watches is reached; raise fs.inotify.max_user_watches with sysctl"
            : String(cString: strerror(code))
        return WorkflowError(.limitExceeded, "\(path) cannot be watched: \(reason).")
    }
}
#endif
