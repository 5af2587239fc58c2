import Dispatch
public import Logging
import Synchronization

/// The last configurations that were accepted, kept on disk so that one can go back to them.
///
/// Each version is one file in the folder (`00000012.yaml`), written whole or not at all, readable by its owner only.
/// Files that are damaged or come from elsewhere are left alone and told of in the log once. One process at a time may
/// write.
///
/// When a reload is taken back, call ``markRolledBack(_:reason:)`` for its version. When an earlier version is used
/// again, mark the current one so and ``record(_:hash:source:)`` the texts of the earlier one as a new version.
public final class ConfigurationHistory: Sendable {
    let folder: ConfigurationHistoryFolder
    let limit: Int
    private let clock: any EngineClock
    let logger: Logger
    // One piece of work after another, so that nobody sees or does half of a change.
    private let queue = DispatchQueue(label: "workflow.configuration-history", qos: .utility)
    /// What is wrong with the files that were told of.
    let reported = Mutex<[String: String]>([:])

    /// Creates a history; nothing is read or written yet.
    ///
    /// - Parameters:
    ///   - folder: The path of the folder, which is created (0700) when the first version is recorded.
    ///   - limit: How many versions are kept, at least 1.
    ///   - clock: Says when versions are recorded.
    ///   - logger: Is told of files that are ignored.
    public init(folder: String, limit: Int = 20, clock: any EngineClock = SystemClock(), logger: Logger) {
        self.folder = ConfigurationHistoryFolder(path: folder)
        self.limit = max(1, limit)
        self.clock = clock
        self.logger = logger
    }

    /// The versions kept, the newest first.
    ///
    /// - Throws: ``WorkflowError`` `.unavailable` when the folder cannot be read.
    public func versions() async throws -> [Version] {
        try await queue.perform { [self] in try entries().map(\.version) }
    }

    /// A version with its texts.
    ///
    /// - Throws: ``WorkflowError`` `.notFound` when it is not kept, `.unavailable` when the folder cannot be read.
    public func entry(_ number: Int) async throws -> Entry {
        try await queue.perform { [self] in try find(number, in: try entries()) }
    }

    /// The version to go back to: the newest before the current one that was not rolled back and means something else.
    ///
    /// - Throws: ``WorkflowError`` `.unavailable` when the folder cannot be read.
    public func previous() async throws -> Entry? {
        try await queue.perform { [self] in
            let usable = try entries().filter { $0.version.status.reason == nil }
            return usable.dropFirst().first { $0.version.hash != usable.first?.version.hash }
        }
    }

    /// Keeps a configuration as the current one, and forgets the oldest when there are too many.
    ///
    /// Nothing is written when the current version has the same hash and the same texts.
    ///
    /// - Parameters:
    ///   - texts: The files it was merged from.
    ///   - hash: The hash of its meaning.
    ///   - source: Where it came from.
    /// - Returns: The version; the present one when nothing was written.
    /// - Throws: ``WorkflowError`` `.storageFull`, `.unavailable` or `.limitExceeded`; nothing was recorded then.
    @discardableResult
    public func record(_ texts: [Text], hash: String, source: Source) async throws -> Version {
        try await queue.perform { [self] in
            let kept = try entries()
            if let current = kept.first(where: { $0.version.status == .current }), current.version.hash == hash,
                current.texts == texts
            {
                return current.version
            }
            // Also past the numbers of files that cannot be read, which must not be overwritten.
            let last = try folder.names().compactMap(ConfigurationHistoryFolder.number(of:)).max() ?? 0
            var version = Version(number: last + 1, time: clock.now, hash: hash, source: source, status: .accepted)
            try write(Entry(version: version, texts: texts))
            tidy()
            version.status = .current
            return version
        }
    }

    /// Notes that a version was taken back; the one before it is the current one then.
    ///
    /// - Parameters:
    ///   - number: The version.
    ///   - reason: Why, for people; without secrets.
    /// - Throws: ``WorkflowError`` `.notFound` when it is not kept, `.storageFull` or `.unavailable`.
    public func markRolledBack(_ number: Int, reason: String) async throws {
        try await mark(number, .rolledBack(reason: reason))
    }

    /// Notes that a version that was taken back is in use after all.
    ///
    /// - Throws: ``WorkflowError`` `.notFound` when it is not kept, `.storageFull` or `.unavailable`.
    public func markAccepted(_ number: Int) async throws {
        try await mark(number, .accepted)
    }

    /// Removes the versions that are too many, and what a process that has ended did not finish.
    ///
    /// The current version and the last one before it that was not rolled back are always kept.
    ///
    /// - Throws: ``WorkflowError`` `.unavailable` when the folder cannot be read or changed.
    public func prune() async throws {
        try await queue.perform { [self] in try removeSuperfluous() }
    }

    private func mark(_ number: Int, _ status: Status) async throws {
        try await queue.perform { [self] in
            var entry = try find(number, in: try entries())
            entry.version.status = status
            try write(entry)
        }
    }
}
