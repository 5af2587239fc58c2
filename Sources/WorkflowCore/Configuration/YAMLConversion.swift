import Yams

/// Turns the nodes of the YAML library into configuration nodes: paths, places, scalars by the core schema, merge keys,
/// environment variables.
struct YAMLConversion {
    private static let maximumPathLength = 512

    private let file: String
    private let environment: EnvironmentExpansion
    private let edits: YAMLEdits
    private(set) var issues: [ConfigurationIssue] = []
    private var nodeCount = 0
    private var reportedDuplicates: Set<SourceLocation> = []

    init(file: String, environment: EnvironmentExpansion, edits: YAMLEdits) {
        self.file = file
        self.environment = environment
        self.edits = edits
    }

    /// Converts a document.
    mutating func convert(_ root: Node) -> ConfigurationNode {
        convert(root, path: "", depth: 0, expands: true)
    }

    private mutating func convert(_ node: Node, path: String, depth: Int, expands: Bool) -> ConfigurationNode {
        let location = location(of: node)
        nodeCount += 1
        guard depth <= YAMLParser.maximumDepth, nodeCount <= YAMLParser.maximumNodes else {
            if nodeCount == YAMLParser.maximumNodes + 1 {
                fail("more than \(YAMLParser.maximumNodes) values; are aliases multiplying?", at: location, path: path)
            } else if depth > YAMLParser.maximumDepth, issues.last?.location != location {
                fail("nesting is deeper than \(YAMLParser.maximumDepth)", at: location, path: path)
            }
            return ConfigurationNode(content: .scalar(.null), location: location, path: path)
        }
        let content: ConfigurationNode.Content
        var source: String?
        var expansion = ConfigurationNode.Expansion.none
        switch node {
        case .scalar(let scalar):
            let value = value(
                of: scalar, at: location, path: path, expands: expands, source: &source, expansion: &expansion)
            content = .scalar(value)
        case .sequence(let sequence):
            var elements: [ConfigurationNode] = []
            for (index, element) in sequence.enumerated() where nodeCount <= YAMLParser.maximumNodes {
                let childPath = Self.bounded("\(path)[\(index)]")
                elements.append(convert(element, path: childPath, depth: depth + 1, expands: expands))
            }
            content = .sequence(elements)
        case .mapping(let mapping):
            content = .mapping(entries(of: mapping, path: path, depth: depth, expands: expands))
        case .alias:
            fail("unknown alias", at: location, path: path)
            content = .scalar(.null)
        }
        return ConfigurationNode(
            content: content, location: location, path: path, sourceText: source, expansion: expansion)
    }

    private mutating func entries(
        of mapping: Node.Mapping, path: String, depth: Int, expands: Bool
    ) -> [ConfigurationNode.Entry] {
        var entries: [ConfigurationNode.Entry] = []
        var merged: [ConfigurationNode.Entry] = []
        var places: [String: SourceLocation] = [:]
        for (keyNode, valueNode) in mapping where nodeCount <= YAMLParser.maximumNodes {
            let keyLocation = location(of: keyNode)
            guard case .scalar(let scalar) = keyNode else {
                fail("a key must be text", at: keyLocation, path: path)
                continue
            }
            let key = edits.original(key: scalar.string) ?? scalar.string
            let childPath = Self.bounded(ConfigurationNode.path(path, key))
            if let other = places.updateValue(keyLocation, forKey: key) {
                places[key] = other
                // A mapping with an anchor comes by here with each of its aliases.
                guard reportedDuplicates.insert(keyLocation).inserted else { continue }
                fail(
                    "the key \"\(key)\" stands twice in one mapping", at: keyLocation, path: childPath,
                    suggestion: "keep one of them; the other one is at \(other)")
                continue
            }
            if key == "<<", Self.isPlain(scalar) {
                let value = convert(valueNode, path: path, depth: depth + 1, expands: expands)
                merged += mergedEntries(value)
            } else {
                let childExpands = expands && !EnvironmentExpansion.literalKeys.contains(key)
                let value = convert(valueNode, path: childPath, depth: depth + 1, expands: childExpands)
                entries.append(.init(key: key, location: keyLocation, value: value))
            }
        }
        for entry in merged where places.updateValue(entry.location, forKey: entry.key) == nil { entries.append(entry) }
        return entries
    }

    /// The entries that a merge key brings; earlier sources win.
    private mutating func mergedEntries(_ value: ConfigurationNode) -> [ConfigurationNode.Entry] {
        let sources = if case .sequence(let elements) = value.content { elements } else { [value] }
        var entries: [ConfigurationNode.Entry] = []
        for source in sources {
            if case .mapping(let more) = source.content {
                entries += more
            } else if nodeCount <= YAMLParser.maximumNodes {
                fail(
                    "\"<<\" takes a mapping or a list of mappings", at: source.location, path: source.path,
                    suggestion: "for example: <<: *defaults")
            }
        }
        return entries
    }

    private mutating func value(
        of scalar: Node.Scalar, at location: SourceLocation, path: String, expands: Bool, source: inout String?,
        expansion: inout ConfigurationNode.Expansion
    ) -> JSONValue {
        var text = scalar.string
        if expands {
            switch environment.expand(text, key: path) {
            case .success(let expanded):
                if expanded != text { expansion = .done }
                text = expanded
            case .failure(let problem):
                expansion = .failed
                fail(problem.message, at: location, path: path, suggestion: problem.suggestion)
            }
        }
        let isText = scalar.tag.description == "tag:yaml.org,2002:str"
        guard Self.isPlain(scalar), !isText else { return .string(text) }
        let value = YAMLScalar.resolve(plain: text)
        if value.stringValue == nil { source = text }
        return value
    }

    private mutating func fail(_ message: String, at location: SourceLocation, path: String, suggestion: String? = nil)
    {
        guard issues.count < ConfigurationDecoder.maximumIssues else { return }
        issues.append(.init(location: location, path: path, message: message, suggestion: suggestion))
    }

    private func location(of node: Node) -> SourceLocation {
        let place = edits.original(line: node.mark?.line ?? 0, column: node.mark?.column ?? 0)
        return SourceLocation(file: file, line: place.line, column: place.column)
    }

    private static func isPlain(_ scalar: Node.Scalar) -> Bool {
        scalar.style == .plain || scalar.style == .any
    }

    /// A path that stays short however long the keys are, since every node has one.
    private static func bounded(_ path: String) -> String {
        guard path.utf8.count > maximumPathLength else { return path }
        return String(path.unicodeScalars.prefix(maximumPathLength / 4)) + "…"
    }
}

/// What an unquoted scalar means.
enum YAMLScalar {
    /// The value by the core schema of YAML 1.2.2, section 10.3.2; infinities and "not a number" stay text.
    static func resolve(plain text: String) -> JSONValue {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        guard let first = text.utf8.first,
            first == UInt8(ascii: "-") || first == UInt8(ascii: "+") || first == UInt8(ascii: ".")
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
        else { return .string(text) }
        if text.hasPrefix("0x"), isAllDigits(text.dropFirst(2)), let number = Int64(text.dropFirst(2), radix: 16) {
            return .integer(number)
        }
        if text.hasPrefix("0o"), isAllDigits(text.dropFirst(2)), let number = Int64(text.dropFirst(2), radix: 8) {
            return .integer(number)
        }
        if let number = Int64(text) { return .integer(number) }
        guard text.utf8.count <= 400, text.utf8.allSatisfy({ "+-.eE0123456789".utf8.contains($0) }),
            let number = Double(text), number.isFinite
        else { return .string(text) }
        // The reader of JSON keeps numbers that a double would round.
        if let exact = try? JSONValue(parsing: text) { return exact }
        return .double(number)
    }

    private static func isAllDigits(_ text: Substring) -> Bool {
        text.utf8.first.map { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "+") } ?? false
    }
}
