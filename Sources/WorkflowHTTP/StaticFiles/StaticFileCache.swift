import Synchronization

/// The files that were served last, by their path below the root. Bounded by bytes and by number.
final class StaticFileCache: Sendable {
    private struct Entry {
        var file: StaticFile
        /// Nanoseconds since the Unix epoch.
        var checked: Int64
        var used: Int64
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var bytes = 0
    }

    /// What the cache knows about a path.
    enum Lookup {
        case fresh(StaticFile)
        /// The file must be compared with the disk; only the one caller that is told so has to.
        case stale(StaticFile)
        case missing
    }

    private static let checkInterval: Int64 = 1_000_000_000
    private static let maximumCount = 4096

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) {
        self.limit = limit
    }

    func lookup(_ path: String, now: Int64) -> Lookup {
        state.withLock { state in
            guard let index = state.entries.index(forKey: path) else { return .missing }
            state.entries.values[index].used = now
            let age = now - state.entries.values[index].checked
            if age < Self.checkInterval && age > -Self.checkInterval {
                return .fresh(state.entries.values[index].file)
            }
            state.entries.values[index].checked = now
            return .stale(state.entries.values[index].file)
        }
    }

    func store(_ file: StaticFile, for path: String, now: Int64) {
        let size = file.memorySize
        guard size <= limit else { return remove(path) }
        state.withLock { state in
            if let previous = state.entries.removeValue(forKey: path) { state.bytes -= previous.file.memorySize }
            while state.bytes + size > limit || state.entries.count >= Self.maximumCount {
                guard let oldest = state.entries.min(by: { $0.value.used < $1.value.used }) else { break }
                state.entries.removeValue(forKey: oldest.key)
                state.bytes -= oldest.value.file.memorySize
            }
            state.entries[path] = Entry(file: file, checked: now, used: now)
            state.bytes += size
        }
    }

    func remove(_ path: String) {
        state.withLock { state in
            if let previous = state.entries.removeValue(forKey: path) { state.bytes -= previous.file.memorySize }
        }
    }
}
