import Testing
import WorkflowCore
import WorkflowTesting

@Suite("Hostile expressions")
struct ExpressionFuzzTests {
    private static let seeds = [
        "order.items.length > 0 && order.customer != null", "total >= 100 ? 'vip' : \"normal\"", "user.name ?? 'guest'",
        "'a' in order.tags", "order.items[0].price * 2", "order[\"odd key\"]", "!(a || b)", "-a % 3",
        "a in ['paid', 2]",
        "{a: [1, {b: 'x\\u00e9'}], 'c d': null}", "sum(pluck(order.items, 'price')) / count(order.items)",
        "replace(substring('abcdef', 1, -1), 'c', join(order.tags, ','))", "round(order.rate * 1e3, 2) + 'x'",
        "addSeconds('2026-11-23T09:00:00Z', a) < now()", "merge(order.size, {w: 9223372036854775807 + a})",
        "sort(concat(order.items, [{price: -1.5e-3}]), 'price')[0].price", "parseJson(json(order)).total - order.big",
    ]
    private static let tokens = [
        "(", ")", "[", "]", "{", "}", "${", "$${", "'", "\"", "\\", ".", "?.", "?", ":", ",", "+", "-", "*", "/", "%",
        "!",
        "==", "=", "<", ">=", "&&", "&", "||", "??", " in ", " not ", "null", "true", "0", "1", "-1", "1e308",
        "9223372036854775807", "0.1", "a", "order", ".length", "order.items", "ü", "😀", "\n", "\u{0}", "slice(",
        "sort(",
        "filter(order.items,", "unique(", "repeat(", "12345678901234567890", "\\ud800", "'\\u0041'", "#",
    ]

    @Test("Mutations of expressions neither crash nor hang", arguments: 0..<8)
    func mutations(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var evaluated = 0
        for _ in 0..<1500 {
            var scalars = Array(Self.seeds.randomElement(using: &random)?.unicodeScalars ?? "".unicodeScalars)
            for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&scalars, &random) }
            var text = ""
            text.unicodeScalars.append(contentsOf: scalars)
            if evaluates(text) { evaluated += 1 }
        }
        #expect(evaluated > 50)
    }

    @Test("Random tokens neither crash nor hang", arguments: 0..<4)
    func randomTokens(seed: UInt64) {
        var random = SeededGenerator(seed: 1000 + seed)
        for _ in 0..<1500 {
            let count = Int.random(in: 1...40, using: &random)
            _ = evaluates((0..<count).map { _ in Self.tokens.randomElement(using: &random) ?? "" }.joined())
        }
    }

    private func mutate(_ scalars: inout [Unicode.Scalar], _ random: inout SeededGenerator) {
        let position = Int.random(in: 0...scalars.count, using: &random)
        let length = Int.random(in: 0...min(6, scalars.count - position), using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: scalars.removeSubrange(position..<position + length)
        case 1:
            scalars.insert(contentsOf: (Self.tokens.randomElement(using: &random) ?? "").unicodeScalars, at: position)
        case 2: scalars.insert(contentsOf: scalars[position..<position + length], at: 0)
        default:
            let other = Array((Self.seeds.randomElement(using: &random) ?? "").unicodeScalars)
            scalars.replaceSubrange(position..<position + length, with: other)
        }
    }

    /// Whether a text has a value, as an expression or within a template.
    private func evaluates(_ text: String) -> Bool {
        let scope = ExpressionFixture.scope
        _ = try? ExpressionTemplate("a ${\(text)} b ${\(text)}").render(in: scope)
        _ = try? JSONTemplate([.string(text)]).render(in: scope)
        do {
            let value = try Expression(text).evaluate(in: scope)
            _ = value.jsonBytes()
            return true
        } catch let error as ExpressionParsingError {
            #expect(error.position.offset <= text.utf8.count)
        } catch let error as ExpressionEvaluationError {
            #expect(error.position.offset <= text.utf8.count && error.message.utf8.count < 500)
        } catch {
            Issue.record("unexpected error")
        }
        return false
    }
}
