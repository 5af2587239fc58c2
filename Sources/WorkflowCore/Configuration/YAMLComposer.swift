import Yams

/// Makes the node tree of a text with the YAML library, and finds the places of what is wrong.
///
/// The library stops at a mapping that has a key twice. To tell of all of them, and of everything else in the file, the
/// first of the two is renamed in the text and the text is read again; ``YAMLConversion`` finds the renamed ones.
struct YAMLComposer {
    private struct Place {
        var line: Int
        var column: Int

        init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }

        init(_ mark: Mark) {
            self.init(line: mark.line, column: mark.column)
        }
    }

    /// The greatest number of keys that are renamed; each one costs another reading.
    private static let maximumEdits = 20

    private let file: String
    private var text: String
    private(set) var edits = YAMLEdits()
    private(set) var issues: [ConfigurationIssue] = []

    init(_ text: String, file: String) {
        self.file = file
        // The byte order mark that some editors write is no content.
        self.text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        self.text.makeContiguousUTF8()
    }

    /// Returns the root node; `nil` when there is an issue that leaves nothing to read.
    mutating func compose() -> Node? {
        while true {
            do {
                return try Yams.Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
                    ?? Node.mapping(.init([]))
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                if edits.count < Self.maximumEdits, rename(at: context.mark) { continue }
                let names = keys.joined(separator: "\", \"")
                fail(Place(context.mark), "the key \"\(names)\" stands twice in one mapping", "keep one of them")
                return nil
            } catch let error as YamlError {
                record(error)
                return nil
            } catch {
                fail(nil, "broken YAML: \(error)", nil)
                return nil
            }
        }
    }

    private mutating func rename(at mark: Mark) -> Bool {
        guard var index = self.index(of: mark) else { return false }
        var column = mark.column
        switch text.unicodeScalars[index] {
        case "\"", "'":
            index = text.unicodeScalars.index(after: index)
            column += 1
        case "&", "!", "*", "[", "{", "?", "|", ">": return false
        default: break
        }
        let prefix = edits.add(line: mark.line, column: column)
        text.unicodeScalars.insert(contentsOf: prefix.unicodeScalars, at: index)
        return true
    }

    /// The place of a mark in the text, counting line breaks as the YAML library does.
    private func index(of mark: Mark) -> String.Index? {
        let scalars = text.unicodeScalars
        var (line, index) = (1, scalars.startIndex)
        while line < mark.line {
            guard index < scalars.endIndex else { return nil }
            let scalar = scalars[index]
            index = scalars.index(after: index)
            guard Self.isLineBreak(scalar) else { continue }
            if scalar == "\r", index < scalars.endIndex, scalars[index] == "\n" { index = scalars.index(after: index) }
            line += 1
        }
        guard let place = scalars.index(index, offsetBy: mark.column - 1, limitedBy: scalars.endIndex),
            place < scalars.endIndex
        else { return nil }
        return place
    }

    private mutating func record(_ error: YamlError) {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            if problem.hasPrefix("Maximum nesting level") {
                fail(Place(mark), "nesting is deeper than \(YAMLParser.maximumDepth)", "use fewer levels")
            } else if problem == "but found another document" {
                fail(
                    Place(mark), "a file holds one document",
                    "remove \"---\", or put the documents into files of their own")
            } else {
                let begin = context.map { " (\($0.text.trimmed) from line \($0.mark.line))" } ?? ""
                fail(
                    Place(mark), "broken YAML: \(problem)\(begin)",
                    "check indentation, quotes, tabs and colons around this place")
            }
        case .reader:
            fail(
                firstUnreadable(), "the file has a character that YAML does not allow",
                "write it as an escape in double quotes, such as \"\\u0007\"")
        default:
            fail(nil, "broken YAML: \(error)", nil)
        }
    }

    /// The place of the first character outside the printable ones of YAML 1.1, section 5.1, which the library reads.
    private func firstUnreadable() -> Place? {
        var (line, column) = (1, 0)
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            column += 1
            switch scalar.value {
            case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...: break
            default: return Place(line: line, column: column)
            }
            if Self.isLineBreak(scalar), !(previous == "\r" && scalar == "\n") { line += 1 }
            if Self.isLineBreak(scalar) { column = 0 }
            previous = scalar
        }
        return nil
    }

    private static func isLineBreak(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": true
        default: false
        }
    }

    private mutating func fail(_ place: Place?, _ message: String, _ suggestion: String?) {
        let place = edits.original(line: place?.line ?? 1, column: place?.column ?? 1)
        issues.append(
            .init(
                location: SourceLocation(file: file, line: place.line, column: place.column), path: "",
                message: message,
                suggestion: suggestion))
    }
}

/// Where keys were renamed in a text, and how to find the place before that.
struct YAMLEdits: Sendable {
    private static let begin: Unicode.Scalar = "\u{F8F0}"
    private static let end: Unicode.Scalar = "\u{F8F1}"

    private var edits: [(line: Int, column: Int, length: Int)] = []

    var count: Int { edits.count }

    /// Notes that a prefix is inserted; returns it.
    mutating func add(line: Int, column: Int) -> String {
        let prefix = "\(Self.begin)\(edits.count)\(Self.end)"
        edits.append((line, column, prefix.unicodeScalars.count))
        return prefix
    }

    /// The place before the insertions.
    func original(line: Int, column: Int) -> (line: Int, column: Int) {
        var column = column
        for edit in edits.reversed() where edit.line == line && column > edit.column { column -= edit.length }
        return (line, column)
    }

    /// The key before it was renamed; `nil` when it was not.
    func original(key: String) -> String? {
        guard !edits.isEmpty, key.unicodeScalars.first == Self.begin,
            let end = key.unicodeScalars.firstIndex(of: Self.end)
        else { return nil }
        return String(key.unicodeScalars[key.unicodeScalars.index(after: end)...])
    }
}

extension String {
    fileprivate var trimmed: Substring {
        var text = self[...]
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
