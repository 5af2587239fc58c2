/// A place in a configuration file.
public struct SourceLocation: Sendable, Hashable, CustomStringConvertible {
    /// The file as it was named; `<config>` for a configuration made in a program.
    public let file: String
    /// The line, from 1; 0 when it is not known.
    public let line: Int
    /// The column, from 1; 0 when it is not known.
    public let column: Int

    /// Creates a location.
    public init(file: String, line: Int = 0, column: Int = 0) {
        self.file = file
        self.line = line
        self.column = column
    }

    public var description: String {
        line == 0 ? file : column == 0 ? "\(file):\(line)" : "\(file):\(line):\(column)"
    }
}
