extension ConfigurationNode {
    /// Reads YAML that is no configuration of an application; every `${…}` in it stays as it is.
    ///
    /// - Parameters:
    ///   - yaml: The text.
    ///   - file: The name for error messages; relative paths start from its folder.
    /// - Throws: ``ConfigurationError`` with everything that makes the text unreadable.
    package init(yaml: String, file: String) throws {
        self = try YAMLParser.parse(yaml, file: file, environment: .none)
    }
}
