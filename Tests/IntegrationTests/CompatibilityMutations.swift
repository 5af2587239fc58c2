import WorkflowCore
import WorkflowTesting

/// Changes what a configuration says: keys, values and their types.
struct TreeMutation {
    private var generator: SeededGenerator
    private let others: [ConfigurationTree]

    private static let values: [JSONValue] = [
        .null, .bool(true), .bool(false), .integer(0), .integer(-1), .integer(.max), .integer(.min), .integer(65536),
        .double(0.5), .double(-1e300), .double(1e-300), .string(""), .string(" "), .string("*"), .string("web"),
        .string("${NOWHERE}"), .string("${"), .string("${data.x"), .string("-5s"), .string("1e9h"),
        .string("9999999GB"),
        .string("/{id}/{id}"), .string("/{a...}/b"), .string("0 0 31 2 *"), .string("@every 0s"), .string("a.*.b"),
        .string("http://["), .string("../../etc"), .string("é\u{0}\u{202E}"), .string("true"), .string("1.0"),
        .string(String(repeating: "(", count: 500)), .string(String(repeating: "x", count: 5000)),
        .string("a && (b || !c) > 1 + "), .array([]), .object([:]), .array([.null]), .object(["": .null]),
    ]
    private static let keys = [
        "", "name", "type", "config", "modules", "handler", "routes", "path", "dependsOn", "branches", "x-a", "Address",
        "adress", "a.b", "a[0]", "\u{0}", "é", "*", "<<",
    ]

    /// - Parameters:
    ///   - seed: Two mutations with the same seed make the same changes.
    ///   - others: Where foreign parts come from.
    init(seed: Int, others: [ConfigurationTree]) {
        generator = SeededGenerator(seed: UInt64(seed))
        self.others = others
    }

    /// Makes one to four changes.
    mutating func mutate(_ tree: ConfigurationTree) -> ConfigurationTree {
        var tree = tree
        for _ in 0...number(below: 4) { tree = step(tree) }
        return tree
    }

    private mutating func number(below limit: Int) -> Int {
        Int.random(in: 0..<max(limit, 1), using: &generator)
    }

    private mutating func step(_ tree: ConfigurationTree) -> ConfigurationTree {
        let place = number(below: tree.count)
        switch number(below: 6) {
        case 0:
            let value = Self.values[number(below: Self.values.count)]
            return tree.replacing(place) { _ in ConfigurationTree(value) }
        case 1:
            let other = tree[number(below: tree.count)]
            return tree.count > 2000 ? tree : tree.replacing(place) { _ in other }
        case 2:
            let foreign = others[number(below: others.count)]
            let part = foreign[number(below: foreign.count)]
            return tree.count > 2000 ? tree : tree.replacing(place) { _ in part }
        case 3:
            return tree.replacing(place) { .list([$0]) }
        default:
            let (entry, second, kind) = (number(below: 50), number(below: 50), number(below: 4))
            let key = Self.keys[number(below: Self.keys.count)]
            return tree.replacing(place) { Self.rearrange($0, entry, second, kind, key) }
        }
    }

    /// Drops, doubles, renames or swaps entries.
    private static func rearrange(
        _ node: ConfigurationTree, _ first: Int, _ second: Int, _ kind: Int, _ key: String
    ) -> ConfigurationTree {
        switch node {
        case .scalar(let value):
            return kind == 0 ? .scalar(.null) : .scalar(.string((value.stringValue ?? value.jsonString()) + key))
        case .list(var values):
            guard !values.isEmpty else { return .list([node]) }
            let (first, second) = (first % values.count, second % values.count)
            switch kind {
            case 0: values.remove(at: first)
            case 1: values.append(values[first])
            case 2: return .map(values.map { (key, $0) })
            default: values.swapAt(first, second)
            }
            return .list(values)
        case .map(var entries):
            guard !entries.isEmpty else { return .map([(key, node)]) }
            let (first, second) = (first % entries.count, second % entries.count)
            switch kind {
            case 0: entries.remove(at: first)
            case 1: entries.append(entries[first])
            case 2: entries[first].key = key
            default: (entries[first].value, entries[second].value) = (entries[second].value, entries[first].value)
            }
            return .map(entries)
        }
    }
}

/// Changes the bytes of a configuration.
struct TextMutation {
    private var generator: SeededGenerator

    private static let pieces = [
        "[", "]", "{", "}", ":", ": ", "- ", "?", "&a ", "*a", "<<: ", "!!str ", "|", ">", "'", "\"", "\\", "#", "%",
        "@",
        "\n", "\r\n", "\t", "  ", "\0", "\u{85}", "\u{2028}", "\u{FEFF}", "${", "$$", "}", "---\n", "...\n", ",", "~",
        "${NOWHERE}", "${NOWHERE:-1}", "null", "99999999999999999999", "0x1F", ".inf", "config: ", "modules:\n",
    ]

    /// - Parameter seed: Two mutations with the same seed make the same changes.
    init(seed: Int) { generator = SeededGenerator(seed: UInt64(seed)) }

    /// Makes one to four changes.
    mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...Int.random(in: 0..<4, using: &generator) { step(&bytes) }
        return bytes
    }

    private mutating func number(below limit: Int) -> Int {
        Int.random(in: 0..<max(limit, 1), using: &generator)
    }

    private mutating func step(_ bytes: inout [UInt8]) {
        let place = number(below: bytes.count + 1)
        switch number(below: 8) {
        case 0: bytes.insert(UInt8(number(below: 256)), at: place)
        case 1 where place < bytes.count: bytes[place] = UInt8(number(below: 256))
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + number(below: 30)))
        case 3, 4: bytes.insert(contentsOf: Self.pieces[number(below: Self.pieces.count)].utf8, at: place)
        case 5: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 40)], at: number(below: place + 1))
        default: changeLine(&bytes)
        }
    }

    /// Changes how far a line stands in, drops or doubles it, or swaps it with another.
    private mutating func changeLine(_ bytes: inout [UInt8]) {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
        let (first, second) = (number(below: lines.count), number(below: lines.count))
        switch number(below: 6) {
        case 0: lines[first].insert(UInt8(ascii: " "), at: 0)
        case 1: lines[first].insert(UInt8(ascii: "\t"), at: 0)
        case 2: lines[first].removeFirst(min(lines[first].count, 2))
        case 3: lines.remove(at: first)
        case 4: lines.insert(lines[first], at: second)
        default: lines.swapAt(first, second)
        }
        bytes = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
    }
}
