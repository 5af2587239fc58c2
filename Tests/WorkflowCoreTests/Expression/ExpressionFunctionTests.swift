import Testing
import WorkflowTesting

@testable import WorkflowCore

@Suite("Functions of expressions")
struct ExpressionFunctionTests {
    @Test("Every example is true", arguments: ExpressionFunction.all.map(\.name))
    func examples(name: String) throws {
        let function = try #require(ExpressionFunction.named(name))
        #expect(
            try ExpressionFixture.value(function.example.expression) == ExpressionFixture.value(function.example.result)
        )
        #expect(function.example.expression.hasPrefix("\(name)("))
        #expect(function.summary.hasSuffix("."))
    }

    @Test(
        "Gives null for a null first argument, except where null has a meaning",
        arguments: ExpressionFunction.all.map(\.name))
    func nullArguments(name: String) throws {
        let function = try #require(ExpressionFunction.named(name))
        guard function.arity.upperBound > 0 else { return }
        let others = [String](repeating: "null", count: max(1, function.arity.lowerBound))
        let value = try ExpressionFixture.value("\(name)(\(others.joined(separator: ", ")))")
        let meanings: [String: JSONValue] = [
            "isEmpty": true, "contains": false, "type": "null", "string": "", "json": "null", "concat": [],
            "merge": [:],
        ]
        #expect(value == meanings[name] ?? .null)
    }

    @Test(
        "Text",
        arguments: [
            ("trim('\\u00a0 a\\n')", "a"), ("trim('  ')", ""), ("lower('ÄÖ')", "äö"), ("upper('straße')", "STRASSE"),
            ("substring('abcdef', -3)", "def"), ("substring('abc', 2, 1)", ""), ("substring('abc', 9)", ""),
            ("substring('äöü', 1, 2)", "ö"), ("substring('abc', -9, -1)", "ab"),
            ("split('', ',')", [""]), ("split('a--b', '--')", ["a", "b"]), ("split('aaa', 'aa')", ["", "a"]),
            ("replace('aaaa', 'aa', 'b')", "bb"), ("replace('abc', 'x', 'y')", "abc"),
            ("replace('abab', 'abab', '')", ""),
            ("join([], ',')", ""), ("join([null, [1], {a: 1}])", "[1]{\"a\":1}"), ("join(['a'], ',')", "a"),
            ("startsWith('a', 'ab')", false), ("endsWith('a', 'ba')", false), ("endsWith('a', '')", true),
            ("contains('aaab', 'aab')", true), ("contains(['a'], 'a')", true), ("contains({a: 1}, 'a')", true),
            ("urlEncode('~-._aZ09é&')", "~-._aZ09%C3%A9%26"), ("base64Encode('')", ""), ("base64Encode('f')", "Zg=="),
            ("base64Encode('fo')", "Zm8="), ("base64Encode('foo')", "Zm9v"), ("base64Decode('Zm8')", "fo"),
            ("base64Decode(base64Encode('ÿ?>~'))", "ÿ?>~"), ("base64Decode('w78_Pn4')", "ÿ?>~"),
            ("length('a😀')", 2), ("length({a: 1})", 1), ("length([])", 0),
        ] as [(String, JSONValue)]
    )
    func text(expression: String, expected: JSONValue) throws {
        #expect(try ExpressionFixture.value(expression) == expected)
    }

    @Test(
        "Numbers and conversions",
        arguments: [
            ("round(2.5)", "3"), ("round(-2.5)", "-3"), ("round(2.345, 2)", "2.35"), ("round(1e-7, 3)", "0"),
            ("round(1e20)", "1e+20"), ("round(7)", "7"), ("round(1234.5678, 1)", "1234.6"), ("floor(2.9)", "2"),
            ("ceil(-0.5)", "0"), ("abs(-2.5)", "2.5"), ("sum([])", "0"), ("avg([])", "null"), ("avg([1, 2])", "1.5"),
            ("min(['b', 'a'])", "\"a\""), ("max([])", "null"), ("max(1.5, 1)", "1.5"), ("number('x')", "null"),
            ("number(' 1e2 ')", "100.0"), ("number('-0')", "0"), ("number(true)", "1"), ("number([])", "null"),
            ("number('12345678901234567890')", "12345678901234567890"), ("boolean('yes')", "null"),
            ("boolean(0)", "false"),
            ("boolean(true)", "true"), ("string([1])", "\"[1]\""), ("string('a')", "\"a\""), ("json('a')", #""\"a\"""#),
            ("parseJson('[1.50]')", "[1.5]"), ("isEmpty(0)", "false"), ("isEmpty({})", "true"),
            ("type(1.5)", "\"number\""),
        ]
    )
    func numbers(expression: String, expected: String) throws {
        #expect(try ExpressionFixture.value(expression).jsonString() == expected)
    }

    @Test(
        "Arrays and objects",
        arguments: [
            ("slice([1, 2, 3], -2)", [2, 3]), ("slice([1], 5)", []), ("first([])", nil), ("last([])", nil),
            ("concat([1], null, [2])", [1, 2]), ("merge({a: 1}, null, {a: 2, b: 3})", ["a": 2, "b": 3]),
            ("unique(['a', 'b', 'a', [1], [1]])", ["a", "b", [1]]), ("sort([3, 1.5, 2, null])", [1.5, 2, 3, nil]),
            ("sort(['b', 'B', 'a'])", ["B", "a", "b"]), ("pluck(order.items, 'sku')", ["a", "b"]),
            ("pluck([{a: [{b: 1}]}, {}, 5], 'a[0].b')", [1, nil, nil]), ("pluck(['ab', [1]], 'length')", [2, 1]),
            ("pluck([[[1]]], '[0][0]')", [1]), ("count(order.items)", 2), ("count(order.items, 'price', 10)", 1),
            ("filter([{a: 1}, {a: 0}, {}], 'a')", [["a": 1]]), ("filter([{}, {a: 1}], 'a', null)", [[:]]),
            ("find(order.items, 'sku', 'b').price", 2.5), ("find(order.items, 'sku', 'c')", nil),
            ("sum(pluck(order.items, 'price'))", 12.5), ("keys(order.size)", ["w", "h"]), ("reverse([])", []),
            ("pluck(sort([{n: 1, i: 0}, {n: 0, i: 1}, {n: 1, i: 2}, {i: 3}], 'n'), 'i')", [1, 0, 2, 3]),
        ] as [(String, JSONValue)]
    )
    func arrays(expression: String, expected: JSONValue) throws {
        #expect(try ExpressionFixture.value(expression) == expected)
    }

    @Test(
        "Time",
        arguments: [
            ("addSeconds('2026-11-23T09:00:00+01:00', 86400)", "2026-11-24T08:00:00Z"),
            ("addSeconds(now(), 0)", "2026-01-05T09:00:00Z"),
            ("addSeconds('2026-11-23T09:00:00Z', 0.1)", "2026-11-23T09:00:00.100Z"),
            ("secondsBetween('2026-11-23T09:00:00.5Z', '2026-11-23T09:00:00Z')", -0.5),
            ("fromUnixTime(-1)", "1969-12-31T23:59:59Z"),
            ("unixTime('1969-12-31T23:59:59.5Z')", -1), ("now() < '2027'", true),
        ] as [(String, JSONValue)]
    )
    func time(expression: String, expected: JSONValue) throws {
        #expect(try ExpressionFixture.value(expression) == expected)
    }

    @Test(
        "Says which argument is wrong, without its value",
        arguments: [
            ("lower(order.id)", "typeMismatch", "lower: order.id is a number, but should be a string"),
            ("startsWith('a', absent)", "nullOperand", "startsWith: absent is null, but should be a string"),
            ("sum(['secret'])", "typeMismatch", "sum: element 0 is a string, but should be a number"),
            ("sum([1, null])", "nullOperand", "sum: element 1 is null, but should be a number"),
            ("max([1, 'secret'])", "typeMismatch", "max: element 1 is a string, but should be a number"),
            ("sort([1, 'secret'])", "typeMismatch", "sort: element 1 is a string, but should be a number"),
            ("sort([[1]])", "typeMismatch", "sort: element 0 is an array, but should be a number"),
            ("concat([1], 'a')", "typeMismatch", "concat: 'a' is a string, but should be an array"),
            ("substring('a', 1.5)", "typeMismatch", "substring: 1.5 is a number, but should be a whole number"),
            ("round(1.5, 99)", "invalidArgument", "round: 99 is not from 0 to 15"),
            ("split('a', '')", "invalidArgument", "split: '' is an empty string"),
            ("pluck([1], 'a..b')", "invalidArgument", "pluck: 'a..b' is no path, such as price or address.lines[0]"),
            ("base64Decode('*')", "invalidArgument", "base64Decode: '*' is no Base64 of UTF-8 text"),
            ("base64Decode('/w==')", "invalidArgument", "base64Decode: '/w==' is no Base64 of UTF-8 text"),
            (
                "parseJson('{secret')", "invalidArgument",
                "parseJson: '{secret' is no JSON (unexpectedCharacter, line 1, column 2)"
            ),
            (
                "unixTime(key)", "invalidArgument",
                "unixTime: key is no RFC 3339 time from 1678 to 2261, such as 2026-11-23T09:00:00Z"
            ),
            ("fromUnixTime(1e12)", "numberOutOfRange", "the result is too large for a number"),
            ("addSeconds('2026-11-23T09:00:00Z', 1e10)", "numberOutOfRange", "the result is too large for a number"),
            ("abs(-9223372036854775808)", "numberOutOfRange", "the result is too large for a number"),
        ]
    )
    func errors(text: String, code: String, message: String) throws {
        let error = try ExpressionFixture.error(text)
        #expect(error?.code.description == code)
        #expect(error?.message == message)
    }

    @Test(
        "Refuses paths that are malformed",
        arguments: ["", ".", "a.", "a[", "a[]", "a[-1]", "a[x]", "a]", "a[0]b", "[0"])
    func paths(path: String) {
        #expect(ExpressionPath(path) == nil)
    }
}
