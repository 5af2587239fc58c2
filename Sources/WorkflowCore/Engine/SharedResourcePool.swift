import Synchronization

/// Keeps what outlives a generation of the configuration, counted by use: listening sockets, pools, connections.
///
/// Two generations that ask for the same key share one resource; the last one to release it closes it.
public final class SharedResourcePool: Sendable {
    private struct Entry {
        let resource: any Sendable
        let close: @Sendable () async -> Void
        var uses: Int
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// Creates an empty pool.
    public init() {}

    /// Returns the resource under `key`, making it when there is none. Each call needs one ``release(_:)``.
    ///
    /// - Parameters:
    ///   - key: What tells resources apart, such as `listener 127.0.0.1:8080`.
    ///   - make: Makes the resource; cheap and without suspension, so open it later.
    ///   - close: Closes it after the last release.
    /// - Throws: What `make` throws; ``WorkflowError`` `.conflict` when the key holds a resource of another type.
    public func acquire<Resource: Sendable>(
        _ key: String, make: () throws -> Resource, close: @escaping @Sendable (Resource) async -> Void
    ) throws -> Resource {
        try entries.withLock { entries in
            if let entry = entries[key] {
                guard let resource = entry.resource as? Resource else {
                    throw WorkflowError(.conflict, "\"\(key)\" is in use for something else.")
                }
                entries[key]?.uses += 1
                return resource
            }
            let resource = try make()
            entries[key] = Entry(resource: resource, close: { await close(resource) }, uses: 1)
            return resource
        }
    }

    /// The keys in use that begin with some text.
    package func keys(beginningWith prefix: String) -> [String] {
        entries.withLock { entries in entries.keys.filter { $0.hasPrefix(prefix) } }
    }

    /// Gives a resource back; the last one to do so closes it.
    public func release(_ key: String) async {
        let close = entries.withLock { entries -> (@Sendable () async -> Void)? in
            guard let entry = entries[key] else { return nil }
            if entry.uses > 1 {
                entries[key]?.uses -= 1
                return nil
            }
            entries[key] = nil
            return entry.close
        }
        await close?()
    }
}
