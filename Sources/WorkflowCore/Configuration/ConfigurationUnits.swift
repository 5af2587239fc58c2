/// A value together with where it stands, for checks that come later.
public struct Located<Value: ConfigurationValue>: ConfigurationValue {
    /// The value.
    public let value: Value
    /// Where it stands.
    public let location: SourceLocation
    /// Its path within its file.
    public let path: String

    /// Creates a value with a place; by default that of a value made in a program.
    public init(_ value: Value, location: SourceLocation = SourceLocation(file: "<config>"), path: String = "") {
        self.value = value
        self.location = location
        self.path = path
    }

    public static var schema: ConfigurationSchema { Value.schema }

    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        guard let value = Value(decoding: node, using: &decoder) else { return nil }
        self.value = value
        self.location = node.location
        self.path = node.path
    }

    public var configurationValue: JSONValue? { value.configurationValue }

    /// An issue at this place.
    public func issue(
        _ message: String, suggestion: String? = nil, absent: AbsentCounterpart? = nil
    ) -> ConfigurationIssue {
        ConfigurationIssue(location: location, path: path, message: message, suggestion: suggestion, absent: absent)
    }
}

extension Located: Equatable where Value: Equatable {}
extension Located: Hashable where Value: Hashable {}

extension Duration: ConfigurationValue {
    public static var schema: ConfigurationSchema { .duration(unit: "s") }

    /// Reads a number of seconds or text such as `500ms`, `30s`, `5m`, `24h`, `7d`, or a sum such as `1h30m`.
    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        guard let value = Self.parse(node, unit: 1_000_000_000) else {
            decoder.failType(node, expected: "a time span such as 500ms, 30s, 5m or 24h")
            return nil
        }
        self = value
    }

    public var configurationValue: JSONValue? { .string(Self.text(wholeNanoseconds)) }

    static func parse(_ node: ConfigurationNode, unit: Int64) -> Duration? {
        guard case .scalar(let value) = node.content else { return nil }
        if let number = value.doubleValue {
            let nanoseconds = (number * Double(unit)).rounded()
            return nanoseconds >= 0 && nanoseconds < 9e18 ? .nanoseconds(Int64(nanoseconds)) : nil
        }
        return value.stringValue.flatMap { Self.parse($0) }
    }
}

/// A time span whose plain numbers are milliseconds, for keys that end in `Ms`.
public struct Milliseconds: ConfigurationValue, Hashable {
    /// The time span.
    public var duration: Duration

    /// Creates a time span.
    public init(_ milliseconds: Int) {
        self.duration = .milliseconds(milliseconds)
    }

    public static var schema: ConfigurationSchema { .duration(unit: "ms") }

    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        guard let duration = Duration.parse(node, unit: 1_000_000) else {
            decoder.failType(node, expected: "a number of milliseconds or a time span such as 500ms")
            return nil
        }
        self.duration = duration
    }

    public var configurationValue: JSONValue? { .integer(duration.wholeMilliseconds) }
}

/// A number of bytes; text such as `64KB`, `1MB` or `1MiB` counts in powers of 1024.
public struct ByteSize: ConfigurationValue, Hashable {
    /// The number of bytes.
    public var bytes: Int

    /// Creates a size.
    public init(bytes: Int) {
        self.bytes = bytes
    }

    public static var schema: ConfigurationSchema { .byteSize }

    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        guard case .scalar(let value) = node.content,
            let bytes = value.intValue ?? value.stringValue.flatMap(Self.parse),
            bytes >= 0
        else {
            decoder.failType(node, expected: "a size such as 65536, 64KB or 1MB")
            return nil
        }
        self.bytes = bytes
    }

    public var configurationValue: JSONValue? { .integer(Int64(bytes)) }

    private static func parse(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isWholeNumber }
        guard let number = Int(digits) else { return nil }
        let factor: Int? =
            switch text.dropFirst(digits.count).drop(while: { $0 == " " }).lowercased() {
            case "", "b": 1
            case "k", "kb", "kib": 1 << 10
            case "m", "mb", "mib": 1 << 20
            case "g", "gb", "gib": 1 << 30
            default: nil
            }
        guard let factor else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? nil : bytes
    }
}

/// A path in a configuration; relative paths start from the folder of the file that names it.
public struct ConfigurationFilePath: ConfigurationValue, Hashable {
    /// The path as written.
    public let written: String
    /// The path to use.
    public let resolved: String

    /// Creates a path; `base` is the folder that relative paths start from.
    public init(_ written: String, base: String = "") {
        self.written = written
        self.resolved = written.hasPrefix("/") || base.isEmpty ? written : "\(base)/\(written)"
    }

    public static var schema: ConfigurationSchema { .path }

    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        guard let text = node.text, !text.isEmpty, !text.contains("\0") else {
            decoder.failType(node, expected: "a path")
            return nil
        }
        if let problem = decoder.fileAccess.problem(with: text) {
            decoder.fail(node, problem.message, suggestion: problem.suggestion)
            return nil
        }
        let folder = node.location.file.lastIndex(of: "/").map { String(node.location.file[..<$0]) } ?? ""
        self.init(text, base: folder)
    }

    public var configurationValue: JSONValue? { .string(written) }
}
