import Testing

@testable import WorkflowCore

@Suite struct ConfigurationMeaningTests {
    private func node(_ yaml: String, _ environment: [String: String] = [:]) throws -> ConfigurationNode {
        try #require(
            ApplicationConfiguration(yaml: "workflows:\n  a: \(yaml)", environment: environment).workflows.first
        ).configuration
    }

    private func isSame(_ left: String, _ right: String, _ schema: ConfigurationSchema? = nil) throws -> Bool {
        let (first, second) = (try node(left), try node(right))
        let isSame = first.hasSameMeaning(as: second, schema: schema)
        #expect(second.hasSameMeaning(as: first, schema: schema) == isSame, "in both directions")
        return isSame
    }

    @Test(arguments: [
        ("{a: 1, b: [x, y]}", "{b: [x, y], a: 1}"), ("{a: 'x'}", "{a: \"x\"}"),
        ("{a: {b: {c: null}}}", "{a: {b: {c: }}}"), ("{a: x}", "{a: x} # why\n"), ("[]", "[ ]"),
    ])
    func whatLooksDifferentMeansTheSame(_ left: String, _ right: String) throws {
        #expect(try isSame(left, right))
    }

    @Test(arguments: [
        ("{a: 1}", "{a: 2}"), ("{a: 1}", "{b: 1}"), ("{a: [x, y]}", "{a: [y, x]}"), ("{a: 1}", "{a: 1, b: null}"),
        ("{a: '1'}", "{a: 1}"), ("{a: 1.10}", "{a: 1.1}"), ("{a: 007}", "{a: 7}"), ("{a: []}", "{a: {}}"),
        ("{a: 'true'}", "{a: true}"), ("{a: null}", "{a: 'null'}"), ("{a: caf\u{E9}}", "{a: cafe\u{301}}"),
        ("{a: [x]}", "{a: [x, x]}"),
    ])
    func whatMeansSomethingElseIsNotTheSame(_ left: String, _ right: String) throws {
        #expect(try !isSame(left, right))
    }

    @Test(arguments: [
        ("{addr: ':80'}", "{address: ':80'}", true), ("{address: 80}", "{address: '80'}", true),
        ("{address: 007}", "{address: 7}", false), ("{limit: 7}", "{limit: 07}", true),
        ("{limit: null}", "{}", true), ("{limit: 7}", "{}", false), ("{anything: null}", "{}", false),
        ("{labels: {addr: x}}", "{labels: {address: x}}", false), ("{names: null}", "{names: []}", false),
    ])
    func theSchemaSaysWhatIsTheSame(_ left: String, _ right: String, _ expected: Bool) throws {
        #expect(try isSame(left, right, PlannedModule.Configuration.schema) == expected)
    }

    @Test func variablesCountByTheirValues() throws {
        let plain = try node("{a: secret}")
        #expect(try plain.hasSameMeaning(as: node("{a: '${X}'}", ["X": "secret"])))
        #expect(try !plain.hasSameMeaning(as: node("{a: '${X}'}", ["X": "other"])))
    }

    @Test func theOrderOfAutomaticTransitionsCounts() throws {
        func machine(_ first: String, _ second: String, isAutomatic: Bool) -> String {
            let transitions = [first, second].map {
                "\($0): {fromState: a, toState: \($0), autoTransform: \(isAutomatic), condition: '\($0) > 1'}"
            }
            return "{transitions: {\(transitions.joined(separator: ", "))}}"
        }
        #expect(try isSame(machine("b", "c", isAutomatic: false), machine("c", "b", isAutomatic: false)))
        #expect(try !isSame(machine("b", "c", isAutomatic: true), machine("c", "b", isAutomatic: true)))
    }

    // MARK: - Hash

    @Test(arguments: [
        (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
    func theDigestIsThatOfTheStandard(_ length: Int, _ expected: String) {
        #expect(SHA256Digest.hexadecimal(of: Array("abc".utf8.prefix(length))) == expected)
    }

    /// Lengths around the borders of blocks, of bytes 0, 1, 2, …, with digests of another implementation.
    @Test(arguments: SHA256Fixture.digests)
    func theDigestIsRightForAllLengths(_ length: Int, _ expected: String) {
        #expect(SHA256Digest.hexadecimal(of: (0..<length).map { UInt8(truncatingIfNeeded: $0) }) == expected)
    }

    private static let base = """
        modules:
          - {name: a, type: planned, config: {password: '${PASSWORD}', labels: {x: 1, y: [1, 2]}}, dependsOn: [b]}
          - {name: b, type: planned, branches: {yes: a, no: b}}
        workflows: {http: {routes: []}, event: {}}
        triggers: {http: {}}
        planned: {limit: 3}
        """

    private func hash(_ yaml: String, password: String = "one") throws -> String {
        try ApplicationConfiguration(yaml: yaml, environment: ["PASSWORD": password]).hash
    }

    @Test func theHashIsAboutTheMeaning() throws {
        let hash = try hash(Self.base)
        #expect(hash.count == 64)
        #expect(hash.allSatisfy { "0123456789abcdef".contains($0) })
        let other = """
            # The same once more.
            triggers: {http: {}}
            planned: {limit: 3}
            workflows:
              event: {}
              http:
                routes: []
            x-note: {ignored: true}
            modules:
              - {type: planned, name: a, dependsOn: [b], config: {labels: {y: [1, 2], x: 1}, password: one}}
              - {branches: {no: b, yes: a}, name: b, type: planned, config: {}}
            """
        #expect(try self.hash(other) == hash)
        #expect(!hash.contains("one"))
    }

    @Test(arguments: [
        ("limit: 3", "limit: 4"), ("[1, 2]", "[2, 1]"), ("dependsOn: [b]", "dependsOn: []"),
        ("{yes: a, no: b}", "{yes: b, no: a}"), ("http: {}", "event: {}"), ("name: a,", "name: c,"),
        ("{x: 1, ", "{x: '1', "), ("routes: []", "routes: [[]]"), ("event: {}", "event: {a: {}}"),
    ])
    func theHashIsAnotherForAnotherMeaning(_ text: String, _ replacement: String) throws {
        let changed = Self.base.split(separator: text, maxSplits: 1).joined(separator: replacement)
        #expect(changed != Self.base)
        #expect(try hash(changed) != hash(Self.base))
    }

    @Test func secretsAndTheOrderOfModulesCount() throws {
        #expect(try hash(Self.base, password: "two") != hash(Self.base))
        let (one, two) = ("{name: a, type: t}", "{name: b, type: t}")
        #expect(try hash("modules: [\(one), \(two)]") != hash("modules: [\(two), \(one)]"))
    }

    @Test func textsDoNotRunIntoEachOther() throws {
        #expect(try hash("workflows: {h: {a: bc}}") != hash("workflows: {h: {ab: c}}"))
        #expect(try hash("workflows: {h: [a, [b]]}") != hash("workflows: {h: [a, b, []]}"))
    }
}
