import Testing

@testable import WorkflowModules

@Suite struct TextPatternTests {
    private func matches(_ pattern: String, _ text: String) throws -> Bool {
        var budget = 1_000_000
        let isMatch = try TextPattern(pattern).matches(text, budget: &budget)
        #expect(budget >= 0)
        return isMatch
    }

    static let matching = [
        ("", ""), ("b", "abc"), ("^abc$", "abc"), ("a.c", "a😀c"), ("^.$", "😀"), ("a|bc|d", "xbc"),
        ("^(?:a|b)+$", "abba"),
        ("^a{2}$", "aa"), ("^a{2,}$", "aaaa"), ("^a{2,3}b$", "aaab"), ("^(a*)*$", "aaa"), ("^a*?b$", "aab"),
        ("^[a-c_\\d]+$", "b_7"), ("^[^a-c]+$", "xyz"), ("^[\\]\\-]+$", "-]"), ("^[]?$", ""),
        ("^\\w+\\s\\w+$", "ab cd"),
        ("^\\S+$", "ab"), ("\\bcat\\b", "a cat!"), ("\\Bat", "cat"), ("^\\u0041\\x42\\u{1F600}$", "AB😀"),
        ("^\\ud83d\\ude00$", "😀"), ("^\\cJ$", "\n"), ("^\\p{Lu}\\p{L}+$", "Ärger"), ("^\\P{L}$", "7"),
        ("^[\\p{Nd}]+$", "٣7"), ("^\\p{Letter}$", "ж"), ("^(?=.*\\d)(?=.*[a-z]).{4,}$", "ab1c"), ("^(?!foo)", "bar"),
        ("(?<=\\$)\\d+$", "cost $15"), ("(?<!-)5", "+5"), ("^(?<year>\\d{4})$", "2026"), ("^{a}$", "{a}"),
        ("a{,2}", "a{,2}"),
        ("^\\-\\@\\/\\.$", "-@/."), ("^[\\s\\S]$", "\n"), ("^é$", "é"), ("\u{0}", "a\u{0}b"), ("^\\0$", "\u{0}"),
    ]

    @Test(arguments: matching) func matchesAsECMAScriptDoes(pattern: String, text: String) throws {
        #expect(try matches(pattern, text))
    }

    static let different = [
        ("^abc$", "abc\n"), ("^.$", "\n"), ("^a{2,3}$", "aaaa"), ("^\\d$", "٣"), ("^\\w$", "é"), ("^[a-c]$", "d"),
        ("\\bcat\\b", "concat"), ("^(?!foo)", "foobar"), ("(?<=\\$)\\d", "a1"), ("^\\p{Lu}$", "a"), ("^é$", "e\u{301}"),
        ("^[]$", "a"), ("a", "A"), ("^(?=.*\\d).{4}$", "abcd"),
    ]

    @Test(arguments: different) func doesNotMatch(pattern: String, text: String) throws {
        #expect(try !matches(pattern, text))
    }

    static let refused = [
        ("(a", "the group is not closed", 1), ("a)", "there is nothing that this \")\" closes", 2),
        ("[a", "the class is not closed", 1), ("*a", "there is nothing to repeat here", 1),
        ("a**", "there is nothing to repeat here", 3), ("^*", "there is nothing to repeat here", 1),
        ("a{3,2}", "the numbers are the wrong way round", 2),
        ("a{1001}", "more than 1000 repetitions are not supported", 2),
        ("(a)\\1", "back references are not supported", 4), ("(?<n>a)\\k<n>", "back references are not supported", 8),
        ("\\a", "the escape \"\\a\" is not known", 1), ("\\Z", "the escape \"\\Z\" is not known", 1),
        ("[b-a]", "the range is the wrong way round", 2), ("[\\d-z]", "a range needs a character on both sides", 2),
        ("\\p{Script=Greek}", "the property \"Script=Greek\" is not known", 3),
        ("(?i)a", "this kind of group is not known", 3), ("a\\", "the pattern ends after a backslash", 3),
        ("((a{1000}){1000})", "the pattern is too large, its repetitions counted", 1),
    ]

    @Test(arguments: refused) func refuses(pattern: String, message: String, column: Int) {
        #expect(throws: PatternSyntaxError(message: message, column: column)) { try TextPattern(pattern) }
    }

    @Test func deepGroupsAreRefused() {
        let pattern = String(repeating: "(", count: 10_000)
        #expect(throws: PatternSyntaxError.self) { try TextPattern(pattern) }
    }

    @Test(arguments: ["^(a+)+$", "^(a|aa)+$", "^(a|a?)+$", "(x+x+)+y", "^(?:a*)*b$"])
    func patternsThatBacktrackForEverElsewhereTakeLinearTime(pattern: String) throws {
        func steps(_ count: Int) throws -> Int {
            var budget = 10_000_000
            let text = String(repeating: "a", count: count) + String(repeating: "x", count: count) + "!"
            #expect(try !TextPattern(pattern).matches(text, budget: &budget))
            return 10_000_000 - budget
        }
        #expect(try steps(2000) < steps(1000) * 3)
    }

    @Test func theBudgetEndsWhatTakesTooLong() throws {
        var budget = 10_000
        _ = try TextPattern("(?=.*b)(?=.*c)z").matches(String(repeating: "a", count: 10_000), budget: &budget)
        #expect(budget < 0)
    }
}
