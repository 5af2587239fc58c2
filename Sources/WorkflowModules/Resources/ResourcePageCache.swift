import Synchronization
import WorkflowCore

/// Keeps rendered lists until something changes.
///
/// What this process changes is noticed exactly, by a count of changes. What others change, if anybody does, is noticed
/// after a second.
final class ResourcePageCache: Sendable {
    /// Which list it is.
    struct Key: Hashable, Sendable {
        let viewer: ExactString?
        let limit: Int
        let after: Int64
    }

    /// A rendered list.
    struct Page: Sendable {
        let bytes: [UInt8]
        /// The ``Resource/sequence`` after which the next page begins; `nil` when there is none.
        let next: Int64?
    }

    private struct Entry: Sendable {
        let page: Page
        let change: UInt64
        let expiresAt: Timestamp
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var bytes = 0
    }

    private static let lifetime = Duration.seconds(1)
    private static let longestPage = 1 << 20
    private static let capacity = 16 << 20

    private let state = Mutex(State())

    /// Returns a list that still holds.
    func page(_ key: Key, change: UInt64, now: Timestamp) -> Page? {
        let entry = state.withLock { $0.entries[key] }
        guard let entry, entry.change == change, entry.expiresAt > now else { return nil }
        return entry.page
    }

    /// Keeps a list that was read after `change`.
    func keep(_ page: Page, _ key: Key, change: UInt64, now: Timestamp) {
        guard page.bytes.count <= Self.longestPage else { return }
        let entry = Entry(page: page, change: change, expiresAt: now.advanced(by: Self.lifetime))
        let size = page.bytes.count + 256
        state.withLock { state in
            if state.bytes + size > Self.capacity { state = State() }
            if let other = state.entries.updateValue(entry, forKey: key) { state.bytes -= other.page.bytes.count + 256 }
            state.bytes += size
        }
    }
}
