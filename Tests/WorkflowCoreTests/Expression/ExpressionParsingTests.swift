import Testing
import WorkflowCore

@Suite("Parsing of expressions")
struct ExpressionParsingTests {
    @Test(
        "Says what is wrong, where, and what to write instead",
        arguments: [
            ("", "the expression is empty (line 1, column 1)"),
            ("  ", "the expression is empty (line 1, column 1)"),
            ("a = 1", "an expression cannot assign with \"=\" (line 1, column 3); compare with =="),
            ("a & b", "unexpected character \"&\" (line 1, column 3); write && (or and)"),
            ("a | b", "unexpected character \"|\" (line 1, column 3); write || (or or)"),
            ("a\u{0}", "unexpected character \"\\0\" (line 1, column 2)"),
            ("a;", "unexpected character \";\" (line 1, column 2)"),
            ("“a”", "unexpected character \"“\" (line 1, column 1); strings are written between ' or \""),
            (
                "$a",
                "unexpected character \"$\" (line 1, column 1); "
                    + "names are written without $, and ${…} only surrounds an expression within text"
            ),
            ("a == 'x", "the string that begins here does not end (line 1, column 6); close it with '"),
            (
                #"'\x'"#,
                #"unknown escape in a string (line 1, column 2); the escapes are \n \t \r \b \f \\ \' \" \/ \uXXXX"#
            ),
            (
                #"'\uD800'"#,
                "this is no Unicode character (line 1, column 2); "
                    + "write \\u and four hexadecimal digits; characters beyond \\uFFFF take a surrogate pair"
            ),
            ("01", "this is no number (line 1, column 1); numbers are written like 12, 0.5 or 1e6"),
            ("2e", "this is no number (line 1, column 1); numbers are written like 12, 0.5 or 1e6"),
            ("12ab", "this is no number (line 1, column 1); numbers are written like 12, 0.5 or 1e6"),
            ("a +", "the expression ends where a value should stand (line 1, column 4)"),
            ("a &&\n* b", "unexpected \"*\" where a value should stand (line 2, column 1)"),
            (
                "(a",
                "the expression ends where \")\" should stand (line 1, column 3); \"(\" is open since line 1, column 1"
            ),
            (
                "[1 2]",
                "unexpected number where \"]\" should stand (line 1, column 4); \"[\" is open since line 1, column 1"
            ),
            (
                "{a 1}",
                "unexpected number where \":\" should stand (line 1, column 4); a key is followed by \": value\""
            ),
            (
                "{1: 2}",
                "unexpected number where a key should stand (line 1, column 2); "
                    + "objects are written as {name: value, \"other key\": value}"
            ),
            (
                "a ? b",
                "the expression ends where \":\" should stand (line 1, column 6); "
                    + "the second half of \"condition ? value : value\""
            ),
            ("a)", "unexpected \")\" after the end of the expression (line 1, column 2); no bracket is open here"),
            (
                "a b",
                "unexpected \"b\" after the end of the expression (line 1, column 3); "
                    + "an operator such as && or + is missing before it"
            ),
            ("a not in b", "unexpected \"not\" after the end of the expression (line 1, column 3); write not (… in …)"),
            (
                "a.0",
                "unexpected number where a name after \".\" should stand (line 1, column 3); "
                    + "other keys and indexes are written as [0] or [\"key\"]"
            ),
            ("a < b < c", "< and < cannot be chained (line 1, column 7); join two comparisons with &&"),
            ("+a", "a value cannot begin with \"+\" (line 1, column 1)"),
            (
                "startWith(a, 'b')",
                "there is no function \"startWith\" (line 1, column 1); did you mean \"startsWith\"?"
            ),
            ("zzzzzzz()", "there is no function \"zzzzzzz\" (line 1, column 1)"),
            ("lower()", "lower takes 1 argument, not 0 (line 1, column 1); write lower(text)"),
            (
                "substring(a)",
                "substring takes 2 to 3 arguments, not 1 (line 1, column 1); "
                    + "write substring(text, start, end?)"
            ),
            ("coalesce()", "coalesce takes at least 1 argument, not 0 (line 1, column 1); write coalesce(values...)"),
            (
                "name.startsWith('a')",
                "only functions can be called (line 1, column 16); "
                    + "functions are not written after a value: startsWith(text, start)"
            ),
            ("(a)(b)", "only functions can be called (line 1, column 4)"),
        ]
    )
    func errors(text: String, description: String) {
        #expect(throws: ExpressionParsingError.self) { try Expression(text) }
        do throws(ExpressionParsingError) { _ = try Expression(text) } catch {
            #expect(error.description == description)
        }
    }

    @Test(
        "Refuses names that are not known, where they are",
        arguments: [
            ("data.x + inptu.y", "unknown name \"inptu\" (line 1, column 10); did you mean \"input\"?"),
            ("length > 1", "unknown name \"length\" (line 1, column 1); it is a function: length(value)"),
            ("customer", "unknown name \"customer\" (line 1, column 1); the names are: data, input"),
        ]
    )
    func unknownNames(text: String, description: String) throws {
        do throws(ExpressionParsingError) {
            _ = try Expression(text, roots: ["data", "input"])
            Issue.record("no error")
        } catch {
            #expect(error.description == description)
        }
        _ = try Expression("data.order && {inptu: input['x']}", roots: ["data", "input"])
    }

    @Test("Counts offsets in bytes and columns in characters")
    func positions() {
        do throws(ExpressionParsingError) {
            _ = try Expression("'ü' +\n 'é' = 1")
            Issue.record("no error")
        } catch {
            #expect((error.position.offset, error.position.line, error.position.column) == (13, 2, 6))
        }
    }

    @Test("Refuses what is too long or nests too deep, without a deep stack")
    func limits() throws {
        for text in [
            String(repeating: "(", count: 200_000), String(repeating: "!", count: 200_000),
            String(repeating: "[", count: 65), String(repeating: "a?", count: 100),
            String(repeating: "-", count: 5000) + "1",
            String(repeating: "a+", count: 300) + "a", "a" + String(repeating: ".b", count: 300),
            "a" + String(repeating: " ", count: 16_384), "'" + String(repeating: "a", count: 1_000_000) + "'",
            String(repeating: "lower(", count: 70), String(repeating: "{a:", count: 70),
            String(repeating: "not ", count: 70),
        ] {
            #expect(throws: ExpressionParsingError.self) { try Expression(text) }
        }
        for text in [
            String(repeating: "(", count: 60) + "a" + String(repeating: ")", count: 60),
            String(repeating: "a+", count: 120) + "a",
            String(repeating: "a[", count: 60) + "0" + String(repeating: "]", count: 60),
        ] {
            _ = try Expression(text).evaluate(in: ExpressionFixture.scope)
        }
    }

    @Test(
        "Evaluates constant parts once, when it compiles",
        arguments: ["1 + 2 * 3", "['a', {b: upper('c')}]", "true ? 'x' : 'y'", "!(1 > 2)", "sort([2, 1])[0]"]
    )
    func folding(text: String) throws {
        let environment = ExpressionEnvironment(limits: ExpressionLimits(maximumCost: 1))
        _ = try Expression(text).evaluate(in: ExpressionScope(), environment: environment)
    }

    @Test("Leaves what is not constant, or fails, to the evaluation")
    func notFolded() throws {
        #expect(try ExpressionFixture.value("uuid()") == .string(ExpressionFixture.FixedIdentifiers().next()))
        #expect(try ExpressionFixture.error("1 / 0")?.code == .divisionByZero)
    }
}
