#if SQLite
extension SQLiteDatabase {
    /// Where the database is and how it is opened.
    ///
    /// ```swift
    /// var configuration = SQLiteDatabase.Configuration(path: "data/state.sqlite")
    /// configuration.exclusive = true
    /// let store = try await SQLStateStore.sqlite(configuration)
    /// ```
    public struct Configuration: Sendable, Hashable {
        /// The path of the file, or `:memory:` for a database that lives as long as it is open.
        public var path: String
        /// Whether opening fails while another process has the file open in the same way.
        ///
        /// When `false`, other processes may write too, and the store keeps no rows in memory.
        public var exclusive = true
        /// How long opening waits for another process to close the file before it fails.
        public var patience = Duration.zero
        /// How many threads read. A database in memory reads on the thread that writes.
        public var readers = 2
        /// The greatest number of transactions that share a commit.
        public var maximumGroup = 256
        /// How long to wait for a lock that another process holds.
        public var busyTimeout = Duration.seconds(5)
        /// How many pages of 4 KiB the log holds before they are moved to the database file.
        public var checkpointPages = 4000
        /// The greatest size of the database in pages of 4 KiB; `nil` for as much as fits the medium.
        public var maximumPages: Int?

        /// Creates a configuration.
        ///
        /// - Parameter path: The path of the file, or `:memory:`.
        public init(path: String) {
            self.path = path
        }

        /// Whether the database lives in memory only.
        public var isInMemory: Bool { path == ":memory:" }
    }
}
#endif
