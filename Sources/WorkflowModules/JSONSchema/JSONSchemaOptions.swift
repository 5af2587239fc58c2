/// How schemas are read and values are checked.
public struct JSONSchemaOptions: Sendable, Hashable {
    /// Whether `format` is checked rather than only noted; formats that are not known are never checked.
    public var checksFormats = false
    /// How many violations are told of.
    public var maximumViolations = 20
    /// How deep a check may go: schemas within each other and references count as well as the levels of the value.
    public var maximumDepth = 256
    /// How many steps a check may take. A step is a schema that is looked at or a character that is held against a
    /// pattern, so that an unfavourable schema or value ends in a violation rather than in a blocked program.
    public var maximumSteps = 5_000_000

    /// Creates the default options.
    public init() {}
}
