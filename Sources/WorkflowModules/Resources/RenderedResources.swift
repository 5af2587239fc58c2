import Synchronization
import WorkflowCore

/// Keeps the answers for single resources for as long as the resources do not change.
final class RenderedResources: Sendable {
    /// An answer.
    struct Entry: Sendable {
        let tag: EntityTag
        let bytes: [UInt8]
        fileprivate let version: Version
    }

    /// What changes with everything that is shown of a resource; see ``EntityTag``.
    fileprivate struct Version: Sendable, Equatable {
        let createdAt: Timestamp
        let resource: Int64
        let instance: Int64?

        init(_ snapshot: ResourceSnapshot) {
            createdAt = snapshot.resource.createdAt
            resource = snapshot.resource.version
            instance = snapshot.instance?.version
        }
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var bytes = 0
    }

    private static let capacity = 8 << 20
    private static let longest = 64 << 10

    private let state = Mutex(State())

    /// Returns the answer for a resource, rendering it when there is none that still holds.
    func entry(for snapshot: ResourceSnapshot, _ renderer: ResourceRenderer) -> Entry {
        let id = snapshot.resource.id
        let version = Version(snapshot)
        if let known = state.withLock({ $0.entries[id] }), known.version == version { return known }
        let entry = Entry(
            tag: EntityTag(snapshot), bytes: JSONValue.object(renderer.document(snapshot)).jsonBytes(), version: version
        )
        guard entry.bytes.count <= Self.longest else { return entry }
        let size = entry.bytes.count + 256
        state.withLock { state in
            if state.bytes + size > Self.capacity { state = State() }
            if let other = state.entries.updateValue(entry, forKey: id) { state.bytes -= other.bytes.count + 256 }
            state.bytes += size
        }
        return entry
    }
}
