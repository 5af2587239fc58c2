/// What an engine started, for people.
public struct EngineSummary: Sendable {
    /// Which generation it is.
    public let generation: Int
    /// The modules in the order of preparation.
    public let modules: [(name: String, type: String)]
    /// What the modules tell about themselves: listeners, routes, definitions.
    public let details: [SummaryLine]
    /// How long the start took.
    public let startup: Duration
}

/// One line that a module tells about itself.
public struct SummaryLine: Sendable, Hashable {
    /// What it is about, such as `listener` or `route`.
    public let topic: String
    /// The text.
    public let text: String

    /// Creates a line.
    public init(_ topic: String, _ text: String) {
        self.topic = topic
        self.text = text
    }
}

/// A module that tells people what it does once it is active.
public protocol SummarizedModule: Sendable {
    /// The lines.
    var summaryLines: [SummaryLine] { get }
}
