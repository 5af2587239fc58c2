import Testing
import WorkflowCore
import WorkflowTesting

@Suite("JSON numbers")
struct JSONNumberTests {
    /// A value in a form that tells the cases apart, which equality does not.
    private func form(_ value: JSONValue) -> String {
        switch value {
        case .integer(let number): "integer \(number)"
        case .double(let number): "double \(number)"
        case .decimal(let text): "decimal \(text)"
        default: value.typeName
        }
    }

    @Test(
        "Chooses the exact case for a literal",
        arguments: [
            ("0", "integer 0"), ("-0", "double -0.0"), ("-0.0", "double -0.0"), ("0e5", "double 0.0"),
            ("0.0e-9999", "double 0.0"), ("1.0", "double 1.0"), ("1e2", "double 100.0"), ("-1.50", "double -1.5"),
            ("9223372036854775807", "integer 9223372036854775807"),
            ("-9223372036854775808", "integer -9223372036854775808"),
            ("9223372036854775808", "decimal 9223372036854775808"),
            ("-9223372036854775809", "decimal -9223372036854775809"),
            ("18446744073709551615", "decimal 18446744073709551615"),
            ("18446744073709551616", "decimal 18446744073709551616"),
            ("100000000000000000000", "decimal 100000000000000000000"),
            ("9007199254740993", "integer 9007199254740993"), ("999999999999999999", "integer 999999999999999999"),
            ("1000000000000000000", "integer 1000000000000000000"),
            ("9007199254740993.0", "decimal 9007199254740993.0"), ("9007199254740992.0", "double 9007199254740992.0"),
            ("0.1", "double 0.1"), ("123456789.012345", "double 123456789.012345"),
            ("0.30000000000000004", "double 0.30000000000000004"),
            ("0.30000000000000003", "decimal 0.30000000000000003"),
            ("3.14159265358979323846", "decimal 3.14159265358979323846"),
            ("1.00000000000000000000000", "double 1.0"), ("1.10000000000000000000000", "double 1.1"),
            ("1e400", "decimal 1e400"), ("-1E+400", "decimal -1E+400"), ("1e-400", "decimal 1e-400"),
            ("1e99999999999999999999", "decimal 1e99999999999999999999"),
            ("1.7976931348623157e308", "double 1.7976931348623157e+308"), ("1.8e308", "decimal 1.8e308"),
            ("5e-324", "double 5e-324"), ("2.2250738585072014e-308", "double 2.2250738585072014e-308"),
            ("1.23456789012e-320", "decimal 1.23456789012e-320"), ("3e-324", "decimal 3e-324"),
            ("1e22", "double 1e+22"), ("1e23", "double 1e+23"), ("123456789012345e22", "double 1.23456789012345e+36"),
            ("0.000001", "double 1e-06"), ("1e-7", "double 1e-07"),
        ]
    )
    func cases(literal: String, expected: String) throws {
        #expect(form(try JSONValue(parsing: literal)) == expected)
        #expect(form(try JSONValue(parsing: "[\(literal)]")[0] ?? .null) == expected)
    }

    @Test("Writes back decimals and integers unchanged")
    func exactText() throws {
        for literal in [
            "9223372036854775807", "-9223372036854775808", "123456789012345678901234567890.12345678901234567890",
            "1E400", "-0.1000000000000000000001", "0",
        ] {
            #expect(try JSONValue(parsing: literal).jsonString() == literal)
        }
    }

    @Test("Rounds to the nearest double like the standard library")
    func nearest() throws {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<20_000 {
            let digits = Int64.random(in: 1...999_999_999_999_999, using: &generator)
            let exponent = Int.random(in: -330...310, using: &generator)
            let literal = "\(digits)e\(exponent)"
            guard case .double(let number) = try JSONValue(parsing: literal) else { continue }
            #expect(number == Double(literal))
        }
    }

    @Test("Reads back every double it writes, bit for bit")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 12)
        for _ in 0..<20_000 {
            let number = Double(bitPattern: generator.next())
            guard number.isFinite else { continue }
            guard case .double(let back) = try JSONValue(parsing: JSONValue.double(number).jsonBytes()) else {
                Issue.record("\(number) did not come back as a double")
                continue
            }
            #expect(back.bitPattern == number.bitPattern)
        }
    }

    @Test("Writes doubles that are not finite as null")
    func notFinite() {
        let value: JSONValue = [.double(.nan), .double(.infinity), .double(-.infinity)]
        #expect(value.jsonString() == "[null,null,null]")
        #expect(value.jsonString(pretty: true) == "[\n  null,\n  null,\n  null\n]")
    }

    @Test("Compares and hashes numbers by value")
    func comparison() {
        #expect(JSONValue.integer(1) == .double(1))
        #expect(JSONValue.integer(1).hashValue == JSONValue.double(1).hashValue)
        #expect(JSONValue.integer(0) == .double(-0.0))
        #expect(JSONValue.integer(0).hashValue == JSONValue.double(-0.0).hashValue)
        #expect(JSONValue.integer(1) != .double(1.5))
        #expect(JSONValue.integer(9_007_199_254_740_993) != .double(9_007_199_254_740_992))
        #expect(JSONValue.integer(.max) != .double(9.223372036854775807e18))
        #expect(JSONValue.decimal("1e400") == .decimal("1e400"))
        #expect(JSONValue.integer(1) != .bool(true))
        #expect(JSONValue.integer(1) != .string("1"))
        #expect(Set<JSONValue>([1, 1.0, .integer(1)]).count == 1)
    }

    @Test("Gives integers and doubles only where they fit")
    func accessors() {
        #expect(JSONValue.double(3).intValue == 3)
        #expect(JSONValue.double(3.5).intValue == nil)
        #expect(JSONValue.double(1e300).intValue == nil)
        #expect(JSONValue.double(.nan).intValue == nil)
        #expect(JSONValue.integer(3).doubleValue == 3)
        #expect(JSONValue.decimal("18446744073709551616").doubleValue == 18_446_744_073_709_551_616)
        #expect(JSONValue.decimal("18446744073709551616").intValue == nil)
        #expect(JSONValue.decimal("1e400").doubleValue == nil)
    }
}
