/// Reads YAML (and so JSON) into configuration nodes with places.
struct YAMLParser {
    /// What a text holds, as far as it could be read, and everything that is wrong with it.
    struct Document: Sendable {
        /// The root; `nil` when the text as a whole could not be read.
        var root: ConfigurationNode?
        /// What is wrong.
        var issues: [ConfigurationIssue] = []
    }

    /// The greatest size of one file in bytes.
    static let maximumSize = 8 << 20
    /// The greatest depth of nesting.
    static let maximumDepth = 64
    /// The greatest number of values after aliases were expanded.
    static let maximumNodes = 250_000
    /// How many aliases may stand in a text that has keys other than text.
    static let maximumAliasesBesideComplexKeys = 8
    /// The stack for the YAML library, which recurses: its parser refuses more than 1000 levels of brackets and
    /// indentation, each of which can hide another one, and a level takes less than 8 KiB in a debug build.
    private static let stackSize = 64 << 20

    /// Parses one document.
    ///
    /// - Parameters:
    ///   - text: The YAML.
    ///   - file: The name for error messages; relative paths start from its folder.
    ///   - environment: Replaces `${NAME}` in text values.
    /// - Throws: ``ConfigurationError``.
    static func parse(_ text: String, file: String, environment: EnvironmentExpansion) throws -> ConfigurationNode {
        let document = read(text, file: file, environment: environment)
        guard let root = document.root, document.issues.isEmpty else { throw ConfigurationError(document.issues) }
        return root
    }

    /// Reads one document, and goes on after everything that does not make the whole text unreadable.
    static func read(_ text: String, file: String, environment: EnvironmentExpansion) -> Document {
        guard text.utf8.count <= maximumSize else { return Document(issues: [tooLarge(file)]) }
        // The library computes hashes of keys, which takes for ever when they are made of aliases of aliases.
        let keys = YAMLKeyScan(text)
        if keys.aliases > maximumAliasesBesideComplexKeys, let place = keys.complexKey {
            let location = SourceLocation(file: file, line: place.line, column: place.column)
            return Document(issues: [
                .init(
                    location: location, path: "", message: "a key must be text",
                    suggestion: "keys that are lists, mappings or aliases are not supported")
            ])
        }
        return DeepStack.run(stackSize: stackSize) {
            var composer = YAMLComposer(text, file: file)
            guard let root = composer.compose() else { return Document(issues: composer.issues) }
            var conversion = YAMLConversion(file: file, environment: environment, edits: composer.edits)
            let node = conversion.convert(root)
            return Document(root: node, issues: composer.issues + conversion.issues)
        }
    }

    /// The issue of a file that is not read because of its size.
    static func tooLarge(_ file: String) -> ConfigurationIssue {
        ConfigurationIssue(
            location: SourceLocation(file: file, line: 1, column: 1), path: "",
            message: "the file is larger than \(maximumSize >> 20) MiB", suggestion: "split it with include")
    }
}

/// Finds keys that are no text, without understanding quotes and comments: it may see too many, but misses none.
struct YAMLKeyScan {
    /// How many places look like aliases.
    private(set) var aliases = 0
    /// The first place that looks like a key that is a list, a mapping or an alias.
    private(set) var complexKey: (line: Int, column: Int)?

    init(_ text: String) {
        var text = text
        text.withUTF8 { scan($0) }
    }

    private mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>) {
        var (line, start) = (1, 0)
        for index in bytes.indices {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\n"): (line, start) = (line + 1, index + 1)
            case UInt8(ascii: "*") where isBoundary(bytes, before: index):
                let end = bytes[(index + 1)...].firstIndex { !isNameByte($0) } ?? bytes.count
                guard end > index + 1 else { continue }
                aliases += 1
                if leadsToColon(bytes, from: end) { found(line, index - start) }
            case UInt8(ascii: "?") where isBoundary(bytes, before: index):
                if index + 1 == bytes.count || isSpace(bytes[index + 1]) { found(line, index - start) }
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                if leadsToColon(bytes, from: index + 1) { found(line, index - start) }
            default: break
            }
        }
    }

    private mutating func found(_ line: Int, _ offset: Int) {
        if complexKey == nil { complexKey = (line, offset + 1) }
    }

    private func leadsToColon(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Bool {
        var index = start
        while index < bytes.count, bytes[index] == UInt8(ascii: " ") || bytes[index] == UInt8(ascii: "\t") {
            index += 1
        }
        return index < bytes.count && bytes[index] == UInt8(ascii: ":")
    }

    private func isBoundary(_ bytes: UnsafeBufferPointer<UInt8>, before index: Int) -> Bool {
        guard index > 0 else { return true }
        // A byte beyond ASCII may be a part of a line break that is none in ASCII.
        let byte = bytes[index - 1]
        return isSpace(byte) || byte >= 0x80 || "[{,:-?".utf8.contains(byte)
    }

    private func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || (UInt8(ascii: "\t")...UInt8(ascii: "\r")).contains(byte)
    }

    private func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
