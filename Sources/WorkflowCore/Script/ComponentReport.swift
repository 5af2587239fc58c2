/// What a component does at the moment.
public enum ComponentStatus: String, Sendable, Hashable {
    /// There is no script.
    case unloaded
    /// A script has been read and checked; its `init` has not ended.
    case loaded
    /// The script's `init` has ended; its `start` has not.
    case initialized
    /// The component takes calls.
    case running
    /// The component has been shut down.
    case stopped
    /// The component takes no calls because of an error: its script did not load, or is suspended.
    case error
}

/// What is known about a component.
public struct ComponentReport: Sendable {
    /// The name by which the API and steps find it.
    public var id: String
    /// The name that the script gives itself, or the identifier.
    public var name: String
    /// What it does at the moment.
    public var status: ComponentStatus
    /// Since when its script is in place.
    public var loadedAt: Timestamp?
    /// What is wrong: why it takes no calls, or why its file is not what runs.
    public var error: String?
    /// The script that is in place.
    public var source: ScriptSource?
    /// The SHA-256 of the script's text in hexadecimal digits.
    public var digest: String?
    /// The file that it comes from, as the configuration writes it; `nil` when it was added.
    public var file: String?

    /// Creates a report.
    public init(id: String, name: String, status: ComponentStatus) {
        self.id = id
        self.name = name
        self.status = status
    }
}

/// A script that was in place, or is.
public struct ComponentVersion: Sendable {
    /// Which one it is, from 1.
    public var number: Int
    /// When it was recorded.
    public var at: Timestamp
    /// Who put it in place; `file` for what was found in the file.
    public var principal: String
    /// The version that it is a copy of, when a rollback made it.
    public var rollbackOf: Int?
    /// The script.
    public var text: String
    /// The SHA-256 of the script in hexadecimal digits.
    public var digest: String

    /// Creates a version.
    public init(
        number: Int, at: Timestamp, principal: String, rollbackOf: Int? = nil, text: String, digest: String
    ) {
        self.number = number
        self.at = at
        self.principal = principal
        self.rollbackOf = rollbackOf
        self.text = text
        self.digest = digest
    }
}

/// Why a script is not accepted.
public struct ScriptRejection: Error, Sendable, CustomStringConvertible {
    /// Everything that is wrong with it.
    public let issues: [ScriptError]

    /// Creates a rejection.
    public init(_ issues: [ScriptError]) {
        self.issues = issues
    }

    public var description: String { issues.map(\.description).joined(separator: "; ") }
}
