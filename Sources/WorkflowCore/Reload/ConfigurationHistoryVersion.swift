extension ConfigurationHistory {
    /// One accepted configuration, without its texts.
    public struct Version: Sendable, Hashable {
        /// Counts up from 1; numbers are not used again while later versions are kept.
        public var number: Int
        /// When it was recorded.
        public var time: Timestamp
        /// The hash of its meaning, as the caller gave it.
        public var hash: String
        /// Where it came from.
        public var source: Source
        /// What became of it.
        public var status: Status
    }

    /// A version with its texts.
    public struct Entry: Sendable, Hashable {
        /// What is known about it.
        public var version: Version
        /// The files it was merged from, in their order.
        public var texts: [Text]
    }

    /// One file of a configuration.
    public struct Text: Sendable, Hashable {
        /// The name of the file.
        public var name: String
        /// What stands in it; may hold secrets.
        public var content: String

        /// Creates a text.
        public init(name: String, content: String) {
            self.name = name
            self.content = content
        }
    }

    /// Where a configuration came from.
    public struct Source: RawRepresentable, Sendable, Hashable {
        /// The stable name.
        public let rawValue: String

        /// Creates a source.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The files that the process was started with.
        public static let start = Source(rawValue: "start")
        /// The files, after the watcher saw a change.
        public static let file = Source(rawValue: "file")
        /// A `PUT` of the management API.
        public static let put = Source(rawValue: "put")
        /// The files, after a `POST /reload`.
        public static let reload = Source(rawValue: "reload")
        /// The files, after a signal.
        public static let signal = Source(rawValue: "signal")
        /// An earlier version.
        public static let rollback = Source(rawValue: "rollback")
    }

    /// What became of a version.
    public enum Status: Sendable, Hashable, CustomStringConvertible {
        /// The newest version that was not rolled back: it is in use.
        case current
        /// It was in use.
        case accepted
        /// It was taken back, with the reason for people.
        case rolledBack(reason: String)

        /// The name of the status, without the reason.
        public var description: String {
            switch self {
            case .current: "current"
            case .accepted: "accepted"
            case .rolledBack: "rolledBack"
            }
        }

        /// Why it was rolled back.
        public var reason: String? {
            guard case .rolledBack(let reason) = self else { return nil }
            return reason
        }
    }
}
