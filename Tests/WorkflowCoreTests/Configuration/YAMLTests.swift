import Foundation
import Testing

@testable import WorkflowCore

@Suite struct YAMLTests {
    private func read(_ text: String, _ environment: [String: String] = [:]) -> YAMLParser.Document {
        YAMLParser.read(text, file: "app.yaml", environment: EnvironmentExpansion(variables: environment))
    }

    private func json(_ text: String, _ environment: [String: String] = [:]) throws -> JSONValue {
        let environment = EnvironmentExpansion(variables: environment)
        return try YAMLParser.parse(text, file: "app.yaml", environment: environment).json
    }

    @Test(arguments: [
        ("a: 1", JSONValue.integer(1)), ("a: -7", .integer(-7)), ("a: +7", .integer(7)), ("a: 007", .integer(7)),
        ("a: 0x1F", .integer(31)), ("a: 0o17", .integer(15)), ("a: 0x-1", .string("0x-1")), ("a: 1.5", .double(1.5)),
        ("a: 1e3", .double(1000)), ("a: .5", .double(0.5)), ("a: '1'", .string("1")), ("a: \"1\"", .string("1")),
        ("a: !!str 1", .string("1")), ("a: true", .bool(true)), ("a: True", .bool(true)), ("a: yes", .string("yes")),
        ("a: ~", .null), ("a:", .null), ("a: null", .null), ("a: 'null'", .string("null")), ("a:\n- ", .array([.null])),
        ("a: .", .string(".")), ("a: 1.2.3", .string("1.2.3")), ("a: 2026-01-01", .string("2026-01-01")),
        ("a: 1_000", .string("1_000")), ("a: .inf", .string(".inf")), ("a: 1e999", .string("1e999")),
        ("a: 10:30", .string("10:30")), ("a: \"\\u00e9\"", .string("é")), ("a: |\n  x\n  y\n", .string("x\ny\n")),
        ("a: >\n  x\n  y\n", .string("x y\n")), ("a: 9223372036854775807", .integer(.max)),
        ("a: 92233720368547758070", .decimal("92233720368547758070")),
    ])
    func resolvesScalarsByTheCoreSchema(text: String, value: JSONValue) throws {
        #expect(try json(text)["a"] == value)
    }

    @Test func keysThatTakeTextGetWhatStandsInTheFile() throws {
        let node = try YAMLParser.parse(
            "version: 1.10\npin: 007\nhex: 0x1F\nflag: True\nnumber: ${PIN}\nnull: ~", file: "app.yaml",
            environment: EnvironmentExpansion(variables: ["PIN": "0042"]))
        var decoder = ConfigurationDecoder()
        func text(_ key: String) -> String? { node[key].flatMap { decoder.decode(String.self, from: $0) } }
        #expect(text("version") == "1.10")
        #expect(text("pin") == "007")
        #expect(text("hex") == "0x1F")
        #expect(text("flag") == "True")
        #expect(text("number") == "0042")
        #expect(text("null") == nil)
    }

    @Test func readsJSON() throws {
        let text = "{\n\t\"modules\": [\n\t\t{\"name\": \"a\", \"n\": 1.5e1, \"t\": \"x\\ny\\/\"}\n\t]\n}"
        #expect(try json(text)["modules"]?[0]?["t"] == "x\ny/")
        #expect(try json(text)["modules"]?[0]?["n"] == 15)
    }

    @Test func tellsThePlaceOfEveryNode() throws {
        let text = "modules:\n  - name: a\n    config: {x: [1, two]}\n"
        let root = try YAMLParser.parse(text, file: "app.yaml", environment: EnvironmentExpansion(variables: [:]))
        let element = try #require(root["modules"]?.elements?.first?["config"]?["x"]?.elements?.last)
        #expect(element.location == SourceLocation(file: "app.yaml", line: 3, column: 21))
        #expect(element.path == "modules[0].config.x[1]")
    }

    @Test(arguments: ["\u{FEFF}a: 1\nb: 2", "a: 1\r\nb: 2\r\n", "---\na: 1\nb: 2\n...\n", "# note\na: 1\nb: 2"])
    func readsVariantsOfTheSame(text: String) throws {
        #expect(try json(text) == ["a": 1, "b": 2])
    }

    @Test(arguments: ["", "\n", "# only a comment\n", "---\n", "\u{FEFF}", "null"])
    func anEmptyFileIsAnEmptyMapping(text: String) throws {
        #expect(try ApplicationConfiguration(yaml: text).modules.isEmpty)
    }

    // MARK: - Duplicates

    @Test func tellsOfEveryDuplicateKeyAndOfEverythingElse() {
        let text = """
            modules:
              - name: a
                type: x
                name: b
              - {"name": q, type: y, 'type': z, other: "${MISSING}"}
            modules: []
            """
        let document = read(text)
        let messages = document.issues.map { "\($0.location): \($0.path): \($0.message)" }
        #expect(
            messages.sorted() == [
                "app.yaml:4:5: modules[0].name: the key \"name\" stands twice in one mapping",
                "app.yaml:5:26: modules[1].type: the key \"type\" stands twice in one mapping",
                "app.yaml:5:44: modules[1].other: the environment variable MISSING is not set",
                "app.yaml:6:1: modules: the key \"modules\" stands twice in one mapping",
            ])
        #expect(document.issues.contains { $0.suggestion?.contains("app.yaml:2:5") == true })
        #expect(document.root?["modules"]?.elements?.count == 2)
    }

    @Test func tellsOfAKeyThatStandsThreeTimes() {
        let document = read("a: 1\na: 2\na: 3\nb: 4")
        #expect(document.issues.map(\.location.line) == [2, 3])
        #expect(document.root?.json == ["a": 1, "b": 4])
    }

    @Test func refusesMoreDuplicatesThanItLooksInto() {
        let text = (0..<60).map { "k\($0): 1\nk\($0): 2\n" }.joined()
        let document = read(text)
        #expect(!document.issues.isEmpty)
        #expect(document.issues.allSatisfy { $0.location.line > 0 })
    }

    // MARK: - Anchors and merge keys

    @Test func mergesMappings() throws {
        let text = """
            base: &base {a: 1, b: 2}
            more: &more {b: 3, c: 4}
            one: {<<: *base, b: 9}
            two: {<<: [*more, *base], d: 5}
            """
        let value = try json(text)
        #expect(value["one"] == ["b": 9, "a": 1])
        #expect(value["two"] == ["d": 5, "b": 3, "c": 4, "a": 1])
        let root = try YAMLParser.parse(text, file: "f", environment: EnvironmentExpansion(variables: [:]))
        #expect(root["one"]?["a"]?.path == "one.a")
    }

    @Test func refusesToMergeWhatIsNoMapping() {
        #expect(read("a: {<<: 5}").issues.map(\.message) == ["\"<<\" takes a mapping or a list of mappings"])
        #expect(read("a: {\"<<\": 5}").issues.isEmpty)
    }

    @Test func refusesAliasesThatMultiply() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let alias = "*a\(level - 1)"
            text += "a\(level): &a\(level) [\(Array(repeating: alias, count: 10).joined(separator: ", "))]\n"
        }
        #expect(read(text).issues.contains { $0.message.contains("aliases multiplying") })
        for key in ["? *a9\n: x", "{*a9 : x}", "*a9 : x", "? [*a9, *a9]\n: x", "{[*a9]: x}", "[? *a9 : x]"] {
            let issues = read(text + "last:\n  \(key)\n").issues
            #expect(issues.contains { $0.message == "a key must be text" }, "\(key)")
        }
    }

    @Test(arguments: ["a: *unknown", "a: &x [*x]", "&a : 1\n*a"])
    func refusesAliasesOfNothing(text: String) {
        #expect(!read(text).issues.isEmpty)
    }

    // MARK: - Bombs

    @Test(arguments: [
        "[", "- ", "{a: ", "[a: ", "? ", "[? ", "{? ", "- - ", "a:\n- ", "&a [", "!t [", "[[a: ", "- ? ", "{[",
        "[{a, b: ",
    ])
    func refusesDeepNestingOnASmallStack(unit: String) async {
        let text = String(repeating: unit, count: 200_000)
        let issues = await onSmallStack { read(text).issues }
        #expect(!issues.isEmpty)
        #expect(issues.allSatisfy { $0.location.line > 0 && $0.location.column > 0 })
    }

    @Test(arguments: [70, 400, 990])
    func refusesDeepNestingThatTheLibraryTakes(depth: Int) async {
        for (open, close) in [("[", "]"), ("{a: ", "}"), ("[a: ", "]"), ("- ", ""), ("[{a: [b: ", "]}]")] {
            let count = open.count > 4 ? depth / 2 : depth
            let text = String(repeating: open, count: count) + "x" + String(repeating: close, count: count)
            let issues = await onSmallStack { read(text).issues }
            #expect(issues.contains { $0.message.contains("nesting is deeper than 64") }, "\(open)")
        }
    }

    @Test func refusesDeepIndentation() async {
        let text = (0..<1500).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
        let issues = await onSmallStack { read(text).issues }
        #expect(!issues.isEmpty)
    }

    @Test func takesWhatOnlyLooksLikeNesting() throws {
        let brackets = String(repeating: "[", count: 20_000)
        let ruler = String(repeating: "-", count: 20_000)
        let text = """
            # \(ruler)
            # \(brackets)
            quoted: "\(brackets)"
            single: '\(brackets)'
            block: |
              \(brackets)
              \(ruler)
              \(String(repeating: "- ", count: 9000))x
            dashes: \(ruler)
            """
        #expect(try json(text)["quoted"]?.stringValue?.count == 20_000)
    }

    @Test func takesAsMuchNestingAsItPromises() throws {
        let depth = YAMLParser.maximumDepth
        let text = String(repeating: "[", count: depth) + "1" + String(repeating: "]", count: depth)
        #expect(read(text).issues.isEmpty)
        #expect(!read("[\(text)]").issues.isEmpty)
    }

    @Test func refusesALargeFile() {
        let issues = read("a: " + String(repeating: "x", count: 9 << 20)).issues
        #expect(issues.map(\.message) == ["the file is larger than 8 MiB"])
    }

    @Test func keepsPathsShortHoweverLongTheKeys() {
        let text =
            "\(String(repeating: "k", count: 1000)): [\(Array(repeating: "1", count: 2000).joined(separator: ","))]"
        let root = read(text).root
        let longest = root?.entries?.first?.value.elements?.map(\.path.utf8.count).max() ?? 0
        #expect(longest < 600)
    }

    // MARK: - Broken text

    @Test(arguments: [
        ("a: [1, 2", 2, 1), ("a: 1\n b: 2", 2, 3), ("a: \"x", 1, 6), ("a: 1\n\tb: 2", 2, 1), ("a: 1\n---\nb: 2", 2, 1),
        ("a: \u{7}", 1, 4), ("a: x\r\nb: \u{1}", 2, 4), ("a: %x", 1, 4), ("{a: 1}}", 1, 7), ("a: 'b' c", 1, 8),
        ("- a\nb: 1", 2, 1),
    ])
    func tellsThePlaceOfBrokenText(text: String, line: Int, column: Int) throws {
        let issue = try #require(read(text).issues.first)
        #expect(issue.location == SourceLocation(file: "app.yaml", line: line, column: column))
        #expect(issue.suggestion != nil)
    }

    @Test func aFileHoldsOneDocument() {
        #expect(read("a: 1\n---\nb: 2").issues.map(\.message) == ["a file holds one document"])
    }
}

/// Runs `body` on a thread with as little stack as threads get on some platforms.
private func onSmallStack<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        let thread = Thread { continuation.resume(returning: body()) }
        thread.stackSize = 512 << 10
        thread.start()
    }
}
