import Testing
import WorkflowCore

@Suite("Limits of expressions")
struct ExpressionLimitsTests {
    private static let long = JSONValue.string(String(repeating: "a", count: 600_000))
    private static let many = JSONValue.array((0..<300_000).map { ["n": .integer($0)] })
    private static let scope = ExpressionScope(data: ["long": long, "many": many, "part": "aaaaab"])

    @Test(
        "Stops an evaluation that takes too much",
        arguments: [
            "long + long", "lower(long) + upper(long)", "concat(many, many, many, many)",
            "pluck(many, 'n') && pluck(many, 'n')",
            "replace(long, 'a', 'aaaaaaaa')", "split(long, 'a')", "filter(many, 'n', -1) && filter(many, 'm')",
            "json([many, many])", "join(many, '-----')", "many == many && many == many && many == many && many == many",
            "unique(many) && unique(many)", "sort(many, 'n')",
            "reverse(many) && reverse(many) && slice(many, 0) && reverse(many)",
            "replace(replace(replace(part, 'a', long), 'a', long), 'a', long)", "base64Encode(urlEncode(long))",
            "{a: -1} in many || 1 in many || 2 in many || 3 in many",
        ]
    )
    func cost(text: String) throws {
        #expect(try ExpressionFixture.error(text, in: Self.scope)?.code == .costExceeded)
    }

    @Test(
        "Reads much text at little cost",
        arguments: ["contains(long, 'ab')", "long == long", "'b' in long", "long < long", "contains(long, part)"]
    )
    func reading(text: String) throws {
        #expect(try ExpressionFixture.error(text, in: Self.scope) == nil)
    }

    @Test("Searches in time that grows with the length only")
    func search() throws {
        let pattern = String(repeating: "a", count: 300_000) + "b"
        let scope = ExpressionScope(data: ["long": Self.long, "pattern": .string(pattern)])
        #expect(try ExpressionFixture.value("contains(long, pattern)", in: scope) == false)
    }

    @Test("Refuses a result that repeats a large value too often")
    func output() throws {
        let text = "[\(String(repeating: "long,", count: 30))]"
        let error = try ExpressionFixture.error(text, in: Self.scope)
        #expect(error?.code == .outputTooLarge)
        #expect(error?.message == "the result is larger than 16777216 bytes")
        #expect(try ExpressionFixture.error("long", in: Self.scope, limits: .init(maximumOutputBytes: 100)) == nil)
        let template = try JSONTemplate(.array([JSONValue](repeating: "${long}", count: 30)))
        #expect(throws: ExpressionEvaluationError.self) { try template.render(in: Self.scope) }
    }

    @Test("One budget holds for all strings of a template")
    func sharedBudget() throws {
        let template = try JSONTemplate(["a": "${lower(long)}", "b": ["${lower(long)}"]])
        do throws(ExpressionEvaluationError) {
            _ = try template.render(in: Self.scope)
            Issue.record("no error")
        } catch {
            #expect(error.code == .costExceeded)
            #expect(error.path == "b[0]")
        }
    }

    @Test("A limit of zero stops everything")
    func zero() throws {
        #expect(try ExpressionFixture.error("1", limits: .init(maximumCost: 0))?.code == .costExceeded)
    }
}
