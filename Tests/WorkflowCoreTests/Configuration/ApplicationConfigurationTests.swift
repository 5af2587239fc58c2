import Testing
import WorkflowTesting

@testable import WorkflowCore

@Suite struct ApplicationConfigurationTests {
    private func issues(_ yaml: String) -> [ConfigurationIssue] {
        do {
            return ConfigurationError(try ApplicationConfiguration(yaml: yaml, file: "app.yaml").issues).issues
        } catch {
            return (error as? ConfigurationError)?.issues ?? []
        }
    }

    @Test func readsModulesAndSections() throws {
        let configuration = try ApplicationConfiguration(
            yaml: """
                name: shop
                x-note: free
                modules:
                  - name: a
                    type: t
                    config: {k: 1}
                    dependsOn: [b]
                    branches: {"true": b}
                  - {name: b, type: u, config: }
                workflows: {http: {routes: []}}
                triggers:
                """, file: "/etc/shop/app.yaml")
        #expect(configuration.modules.map(\.name) == ["a", "b"])
        #expect(configuration.modules.first?.branches == ["true": "b"])
        #expect(configuration.modules.first?.dependsOn.map(\.value) == ["b"])
        #expect(configuration.modules.last?.configuration.entries?.isEmpty == true)
        #expect(configuration.workflows.map(\.name) == ["http"])
        #expect(configuration.triggers.isEmpty)
    }

    @Test func tellsOfEverythingThatIsWrongInTheOuterShape() {
        let found = issues(
            """
            moduels: []
            modules:
              - name: a
                tpye: t
              - type: t
                config: [1]
              - text
              - {name: "", type: 5}
              - {name: b, type: t, dependsOn: c, env: "${MISSING}"}
              - {name: b, type: t}
            workflows: [http]
            triggers: text
            include: [other.yaml]
            """
        ).map { "\($0.location.line):\($0.location.column) \($0.path): \($0.message)" }
        #expect(
            found == [
                "3:5 modules[0]: a module needs the key \"type\"",
                "4:5 modules[0].tpye: unknown key \"tpye\"",
                "5:5 modules[1]: a module needs the key \"name\"",
                "6:13 modules[1].config: expected a mapping, found list",
                "7:5 modules[2]: expected a module with name and type, found string",
                "8:12 modules[3].name: must be text that is not empty",
                "8:22 modules[3].type: must be text that is not empty",
                "9:35 modules[4].dependsOn: expected a list, found string",
                "9:38 modules[4].env: unknown key \"env\"",
                "9:43 modules[4].env: the environment variable MISSING is not set",
                "10:5 modules[5].name: the module name \"b\" is used twice",
                "11:12 workflows: expected a mapping, found list",
                "12:11 triggers: expected a mapping, found string",
                "13:11 include[0]: include works in files only",
            ])
    }

    @Test func everyIssueOfTheOuterShapeSaysWhatToDo() {
        let found = issues("modules: [{name: a}, {name: a, type: t}, {name: a, type: t, nmae: x}]")
        #expect(found.count == 4)
        #expect(found.allSatisfy { $0.suggestion != nil })
    }

    @Test(arguments: ["text", "5", "[a, b]", "- modules"])
    func aConfigurationIsAMapping(yaml: String) {
        #expect(issues(yaml).map(\.message) == ["a configuration is a mapping with modules, workflows and triggers"])
    }

    @Test func canBeMadeInAProgram() throws {
        let configuration = try ApplicationConfiguration(
            ["modules": [["name": "a", "type": "t", "config": ["path": "x"]]]], baseDirectory: "/srv")
        var decoder = ConfigurationDecoder()
        let path = configuration.modules.first?.configuration["path"]
            .flatMap { decoder.decode(ConfigurationFilePath.self, from: $0) }
        #expect(path?.resolved == "/srv/x")
        #expect(
            try ApplicationConfiguration(["modules": [["type": "t"]]]).issues.map(\.message) == [
                "a module needs the key \"name\""
            ])
        #expect(try ApplicationConfiguration(["include": ["a.yaml"]]).issues.count == 1)
        #expect(throws: ConfigurationError.self) { try ApplicationConfiguration(5) }
    }

    @Test func tellsTheFirstOfVeryManyIssues() throws {
        let yaml = "modules:\n" + (0..<5000).map { "  - {name: m\($0), tpye: x}\n" }.joined()
        let error = try #require(issues(yaml).isEmpty ? nil : ConfigurationError(issues(yaml)))
        #expect(error.issues.count == 1000)
        #expect(error.description.hasSuffix("and 900 more"))
    }
}

/// Any change of a valid file gives a configuration or issues with places, and neither a crash nor a hang.
@Suite(.timeLimit(.minutes(3))) struct ConfigurationMutationTests {
    private static let seeds = [
        """
        # A shop
        name: shop
        modules:
          - name: &n server
            type: http.server
            config: &defaults
              address: "${ADDRESS:-:8080}"
              timeouts: {read: 5s, write: 10s}
              tls: ~
          - name: orders
            type: api.handler
            config:
              <<: *defaults
              text: |
                line one
                  line two
              folded: >-
                some
                text
              list: [1, 2.5, true, null, 'it''s', "a\\tb"]
            dependsOn: [*n]
        workflows:
          http:
            routes:
            - {method: GET, path: "/orders/{id}", handler: orders}
        triggers: {}
        """,
        "{\"modules\": [{\"name\": \"a\", \"type\": \"b\", \"config\": {\"x\": [1, {\"y\": null}]}}], \"x-a\": {\"b\": []}}",
    ]

    @Test func nothingCrashesTheReader() {
        var generator = SeededGenerator(seed: 2026)
        let pieces = [
            "[", "]", "{", "}", ":", ": ", "- ", "-", "?", "? ", "&a ", "*a", "*n", "<<: ", "!!str ", "!x ", "|", ">",
            "'", "\"",
            "\\", "#", "%", "@", "`", "\n", "\r", "\t", "  ", "\0", "\u{85}", "\u{2028}", "\u{FEFF}", "é", "${", "$$",
            "---\n", "...\n",
            ",", "~", "\u{7F}", "name: x\n", "\"\\uD800\"", "\"\\x", "%YAML 1.1\n", "\u{F8F0}0\u{F8F1}",
        ]
        for round in 0..<6000 {
            var bytes = Array(Self.seeds[round % Self.seeds.count].utf8)
            for _ in 0...Int.random(in: 0..<4, using: &generator) {
                let place = Int.random(in: 0...bytes.count, using: &generator)
                switch Int.random(in: 0..<6, using: &generator) {
                case 0: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
                case 1 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                case 2:
                    bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 0..<20, using: &generator)))
                case 3: bytes.insert(contentsOf: (pieces.randomElement(using: &generator) ?? "").utf8, at: place)
                case 4: swapLines(&bytes, &generator)
                default:
                    bytes.insert(contentsOf: bytes[min(place, bytes.count)..<min(bytes.count, place + 30)], at: place)
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            func isPlaced(_ issues: [ConfigurationIssue]) -> Bool {
                issues.allSatisfy { $0.location.line > 0 && $0.location.column > 0 && !$0.message.isEmpty }
            }
            do {
                let configuration = try ApplicationConfiguration(
                    yaml: text, file: "f.yaml", environment: ["ADDRESS": "x"])
                #expect(isPlaced(configuration.issues), "\(configuration.issues)\n\(text)")
            } catch let error as ConfigurationError {
                #expect(!error.issues.isEmpty && isPlaced(error.issues), "\(error)\n\(text)")
            } catch {
                Issue.record("another error: \(error)")
            }
        }
    }

    private func swapLines(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
        guard lines.count > 1 else { return }
        lines.swapAt(
            Int.random(in: 0..<lines.count, using: &generator), Int.random(in: 0..<lines.count, using: &generator))
        bytes = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
    }
}
