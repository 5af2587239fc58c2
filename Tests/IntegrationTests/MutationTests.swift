import Foundation
import Testing
import WorkflowCatalog
import WorkflowCore
import WorkflowTesting

/// Whatever stands in a configuration: the loader answers, with the configuration or with what is wrong and where.
@Suite("Mutated configurations")
struct MutationTests {
    /// The seeds of each kind, in parts that run beside each other.
    private static let parts = (0..<4).map { part in Array(stride(from: part, to: 5000, by: 4)) }
    /// How long one configuration may take, on a machine that does other things as well.
    private static let limit = Duration.seconds(10)

    /// All configurations that come with the package, by path.
    private static let sources: [(file: String, text: String)] = {
        let folders = ["Examples", "Tests/Fixtures/Compatibility"].map { "\(ServerProcess.packageFolder)/\($0)" }
        return folders.flatMap { folder in
            let enumerator = FileManager.default.enumerator(atPath: folder)
            let paths = (enumerator?.allObjects ?? []).compactMap { $0 as? String }
            return paths.filter { $0.hasSuffix(".yaml") && !$0.contains(".build") }.sorted().compactMap { path in
                let file = "\(folder)/\(path)"
                return FileManager.default.contents(atPath: file).map { (file, String(decoding: $0, as: UTF8.self)) }
            }
        }
    }()

    private static let variables = ["JWT_SECRET": "a secret that is only good for tests"]

    /// What the answer was, for the count at the end.
    private enum Answer {
        case valid, wrong
    }

    private func check(_ name: String, isText: Bool, _ make: () throws -> ApplicationConfiguration) async -> Answer {
        var environment = EngineEnvironment(logger: .quiet)
        environment.databaseDrivers = StandardCatalog.databaseDrivers
        let start = ContinuousClock.now
        defer {
            let time = ContinuousClock.now - start
            #expect(time < Self.limit, "\(name) took \(time)")
        }
        do {
            let configuration = try make()
            try await WorkflowEngine.validate(
                configuration, registry: StandardCatalog.registry, environment: environment)
            return .valid
        } catch let error as ConfigurationError {
            #expect(!error.issues.isEmpty, "\(name)")
            for issue in error.issues {
                #expect(!issue.location.file.isEmpty && !issue.message.isEmpty, "\(name): \(issue)")
                #expect(!isText || issue.location.line > 0, "\(name): \(issue)")
            }
        } catch {
            Issue.record("\(name): another error: \(error)")
        }
        return .wrong
    }

    @Test("of 5,000 changed trees, each is answered", .timeLimit(.minutes(5)), arguments: parts.indices)
    func trees(part: Int) async throws {
        try #require(Self.sources.count > 30)
        let trees = try Self.sources.map { try ConfigurationTree(yaml: $0.text) }
        var answers: [Answer] = []
        for seed in Self.parts[part] {
            let index = seed % trees.count
            let file = Self.sources[index].file
            var mutation = TreeMutation(seed: seed, others: trees)
            let tree = mutation.mutate(trees[index])
            // As a file, where a key can stand twice, and as a value that a program has made.
            let isText = seed % 3 != 0
            answers.append(
                await check("tree mutation \(seed) of \(file)", isText: isText) {
                    if isText {
                        return try ApplicationConfiguration(
                            yaml: tree.yaml, file: file, environment: Self.variables)
                    }
                    let folder = (file as NSString).deletingLastPathComponent
                    return try ApplicationConfiguration(tree.json, baseDirectory: folder)
                })
        }
        #expect(answers.contains(.valid) && answers.contains(.wrong))
    }

    @Test("of 5,000 changed texts, each is answered with places", .timeLimit(.minutes(5)), arguments: parts.indices)
    func texts(part: Int) async throws {
        try #require(Self.sources.count > 30)
        var answers: [Answer] = []
        for seed in Self.parts[part] {
            let (file, text) = Self.sources[seed % Self.sources.count]
            var mutation = TextMutation(seed: seed)
            let mutated = String(decoding: mutation.mutate(Array(text.utf8)), as: UTF8.self)
            answers.append(
                await check("text mutation \(seed) of \(file)", isText: true) {
                    try ApplicationConfiguration(yaml: mutated, file: file, environment: Self.variables)
                })
        }
        #expect(answers.contains(.valid) && answers.contains(.wrong))
    }

    @Test("the loader of files answers bytes that are no text, with places")
    func files() async throws {
        try await withTemporaryFolder { folder in
            var answers: [Answer] = []
            for seed in 0..<500 {
                var mutation = TextMutation(seed: 1_000_000 + seed)
                let bytes = mutation.mutate(Array(Self.sources[seed % Self.sources.count].text.utf8))
                let file = "\(folder)/app.yaml"
                try Data(bytes).write(to: URL(fileURLWithPath: file))
                answers.append(
                    await check("file mutation \(seed)", isText: true) {
                        try ConfigurationLoader(environment: Self.variables).load([file])
                    })
            }
            #expect(answers.contains(.wrong))
        }
    }
}
