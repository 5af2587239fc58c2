import Testing
import WorkflowCore

@Suite("Evaluation of expressions")
struct ExpressionEvaluationTests {
    @Test(
        "Follows paths and finds null where there is nothing",
        arguments: [
            ("order.total", 120), ("data.order.total", 120), ("order.items[1].sku", "b"), ("order['odd key']", "odd"),
            ("order[\"odd key\"]", "odd"), ("order[key]", 120), ("order?.customer?.name", "Ada"), ("größe", 4),
            ("order.items?.[0].sku", "a"), ("event.a", "event"), ("absent", nil), ("order.absent.deeper[0].x", nil),
            ("order.note.x", nil), ("order.items[9]", nil), ("order.items[-1]", nil), ("order.items['0']", nil),
            ("order.items[1.0].sku", "b"), ("order.items[0.5]", nil), ("order.total.x", nil), ("order[null]", nil),
            ("order.items.length", 2), ("order.length", 3), ("order.size.length", 2), ("'Grüße'.length", 5),
            ("order.total.length", nil), ("absent.length", nil), ("order.in", nil),
            ("{'1': 2}[1]", 2), ("[1, 2, 3][1]", 2), ("order.customer.name.length", 3),
        ] as [(String, JSONValue)]
    )
    func paths(text: String, expected: JSONValue) throws {
        #expect(try ExpressionFixture.value(text) == expected)
    }

    @Test(
        "Reads literals",
        arguments: [
            ("null", nil), ("true", true), ("false", false), ("12", 12), ("0.5", 0.5), ("1e3", 1000.0),
            ("1.5E-1", 0.15),
            ("-9223372036854775808", .integer(.min)), ("9223372036854775807", .integer(.max)),
            ("12345678901234567890", .decimal("12345678901234567890")), ("-0", 0), (#"'a\n\t\\\'"'"#, "a\n\t\\'\""),
            (#""\"\u00e9\/""#, "\"é/"), (#"'\uD83D\uDE00'"#, "😀"), ("[]", []), ("[1, [2],]", [1, [2]]), ("{}", [:]),
            ("{a: 1, 'b c': {in: 2}, null: 3}", ["a": 1, "b c": ["in": 2], "null": 3]), ("{a: 1, a: 2}", ["a": 2]),
        ] as [(String, JSONValue)]
    )
    func literals(text: String, expected: JSONValue) throws {
        #expect(try ExpressionFixture.value(text) == expected)
    }

    @Test(
        "Calculates exactly with integers and otherwise with doubles",
        arguments: [
            ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("7 / 2", "3.5"), ("6 / 2", "3"), ("-7 / 2", "-3.5"),
            ("7 % 3", "1"),
            ("-7 % 3", "-1"), ("7 % -3", "1"), ("5.5 % 2", "1.5"), ("2.5 * 2", "5"),
            ("0.1 + 0.2", "0.30000000000000004"),
            ("9007199254740993 + 1", "9007199254740994"), ("1 - 2 - 3", "-4"), ("--2", "2"), ("-order.rate", "-0.25"),
            ("12 / 4 / 3", "1"), ("order.total * order.rate", "30"), ("1e300 * 10", "1e+301"),
            ("order.big - order.big", "0"), ("-9223372036854775808 % -1", "0"), ("0 / 5", "0"), ("0 * -1.5", "0"),
            ("9223372036854775806 / 2", "4611686018427387903"),
        ]
    )
    func arithmetic(text: String, expected: String) throws {
        #expect(try ExpressionFixture.value(text).jsonString() == expected)
    }

    @Test(
        "Joins texts",
        arguments: [
            ("'a' + 'b'", "ab"), ("'a' + 1 + 2", "a12"), ("1 + 2 + 'a'", "3a"), ("'x' + true", "xtrue"),
            ("1.50 + '€'", "1.5€"), ("order.customer.name + '!'", "Ada!"),
        ]
    )
    func concatenation(text: String, expected: String) throws {
        #expect(try ExpressionFixture.value(text) == .string(expected))
    }

    @Test(
        "Compares",
        arguments: [
            ("1 == 1.0", true), ("1 == '1'", false), ("null == null", true), ("absent == null", true),
            ("null == false", false), ("0 == false", false), ("[1, {a: 2}] == [1.0, {a: 2}]", true),
            ("{} == []", false),
            ("{a: 1, b: 2} == {b: 2, a: 1}", true), ("'a' === 'a'", true), ("1 !== 2", true), ("1 != 1", false),
            ("2 < 10", true), ("'2' < '10'", false), ("'a' < 'b'", true), ("'Z' < 'a'", true), ("'a' <= 'a'", true),
            ("'\u{FF5E}' < '😀'", true), ("9007199254740993 > 9007199254740992.0", true), ("1 < 1.5", true),
            ("1.5 >= 2", false), ("null < 1", false), ("1 < null", false), ("null <= null", false),
            ("absent > 'a'", false), ("order.big > 9223372036854775807", true),
            ("order.big == 12345678901234567890", true), ("order.big == 12345678901234567891", false),
            ("'a' in order.tags", false), ("'vip' in order.tags", true), ("'ord' in 'order'", true),
            ("'' in ''", true), ("'w' in order.size", true), ("1 in absent", false), ("1 in 'a1'", false),
            ("1 in [1.0]", true), ("'paid' in ['paid', 'shipped']", true), ("1 < 2 == 2 < 3", true),
        ]
    )
    func comparison(text: String, expected: Bool) throws {
        #expect(try ExpressionFixture.value(text) == .bool(expected))
    }

    @Test(
        "Decides by what counts as true, and gives operands",
        arguments: [
            ("null || 'x'", "x"), ("0 || ''", ""), ("1 && 'x'", "x"), ("0 && 1 / 0", 0), ("1 || 1 / 0", 1),
            ("[] && 1", 1), ("{} && 1", 1), ("'' or 0.0 or 'z'", "z"), ("1 and null", nil), ("!0", true),
            ("!'a'", false),
            ("![]", false), ("not 1 == 2", true), ("!1 == 2", false), ("not not 1", true), ("null ?? 2", 2),
            ("0 ?? 2", 0), ("absent ?? null ?? 3", 3), ("absent ?? 0 > 5", false), ("1 ?? 1 / 0", 1),
            ("order.total >= 100 ? 'vip' : \"normal\"", "vip"), ("false ? 1 / 0 : 2", 2),
            ("a ? b ? 1 : 2 : 3", 2), ("b ? 1 : a ? 2 : 3", 2), ("a || b && 1 / 0", 1), ("!(a || b)", false),
            ("order.big ? 1 : 2", 1),
        ] as [(String, JSONValue)]
    )
    func logic(text: String, expected: JSONValue) throws {
        #expect(try ExpressionFixture.value(text) == expected)
    }

    @Test("Takes a condition for met when its value counts as true")
    func conditions() throws {
        for (text, expected) in [("order.items", true), ("order.empty", true), ("absent", false), ("''", false)] {
            #expect(try Expression(text).isTrue(in: ExpressionFixture.scope) == expected)
        }
    }

    @Test(
        "Names what is to blame when there is no value",
        arguments: [
            (
                "a + order.note", "nullOperand",
                "order.note is null, but + takes numbers or strings; give a default with ??", 4
            ),
            (
                "'x' + absent.y", "nullOperand",
                "absent.y is null, but + takes numbers or strings; give a default with ??", 6
            ),
            ("-absent", "nullOperand", "absent is null, but - takes numbers; give a default with ??", 1),
            ("a * order.tags", "typeMismatch", "order.tags is an array, but * takes numbers", 4),
            ("a + order.tags", "typeMismatch", "order.tags is an array, but + takes numbers or strings", 4),
            ("order.size + 'a'", "typeMismatch", "order.size is an object, but + takes numbers or strings", 0),
            ("true + 1", "typeMismatch", "true is a boolean, but + takes numbers or strings", 0),
            ("key - 1", "typeMismatch", "key is a string, but - takes numbers", 0),
            (
                "a < key", "typeMismatch",
                "< compares numbers with numbers and strings with strings, not a number with a string", 0
            ),
            (
                "true > false", "typeMismatch",
                "> compares numbers with numbers and strings with strings, not a boolean with a boolean", 0
            ),
            ("1 in 5", "typeMismatch", "5 is a number, and only arrays, objects and strings contain something", 5),
            ("1 / b", "divisionByZero", "division by zero", 0), ("a % 0.0", "divisionByZero", "division by zero", 0),
            ("9223372036854775807 + a", "numberOutOfRange", "the result is too large for a number", 0),
            ("-9223372036854775808 / -a", "numberOutOfRange", "the result is too large for a number", 0),
            ("1e308 * 10", "numberOutOfRange", "the result is too large for a number", 0),
        ]
    )
    func errors(text: String, code: String, message: String, offset: Int) throws {
        let error = try ExpressionFixture.error(text)
        #expect(error?.code.description == code)
        #expect(error?.message == message)
        #expect(error?.position.offset == offset)
    }

    @Test("Tells the place of an error by line and column")
    func position() throws {
        let error = try ExpressionFixture.error("a +\n  'ü'.x + 1")
        #expect(
            error?.description
                == "'ü'.x is null, but + takes numbers or strings; give a default with ?? (line 2, column 3)")
    }
}
