import Testing
import WorkflowCore

/// One text of the grammar tables, as bytes so that bad encodings can be listed too.
struct JSONGrammarCase: Sendable, CustomTestStringConvertible {
    let bytes: [UInt8]

    var testDescription: String { String(decoding: bytes.prefix(48), as: UTF8.self).debugDescription }

    static func texts(_ texts: [String]) -> [JSONGrammarCase] { texts.map { JSONGrammarCase(bytes: Array($0.utf8)) } }

    static func bytes(_ lists: [[UInt8]]) -> [JSONGrammarCase] { lists.map { JSONGrammarCase(bytes: $0) } }

    /// Puts bytes between the quotes of a string.
    static func strings(_ contents: [[UInt8]]) -> [JSONGrammarCase] {
        contents.map { JSONGrammarCase(bytes: [0x22] + $0 + [0x22]) }
    }
}

@Suite("JSON grammar")
struct JSONGrammarTests {
    static let accepted =
        JSONGrammarCase.texts([
            // Structure and white space
            "null", "true", "false", "[]", "{}", "[[]]", "[{}]", "{\"\":0}", "[null]", "[true]", "[false]", " [1] ",
            "\t[ ]\r\n", "[1,null,\"1\",{}]", "[1\n]", "[2] ", "[ 1 , 2 ]", "{ \"a\" : 1 }", "{\"a\":[]}",
            "{\"a\":null,\"b\":2}", "{\n\"a\":\"b\"\n}", "{\"min\":-1.0e+28,\"max\":1.0e+28}", "[[[[[[]]]]]]",
            "{\"a\":{\"b\":{\"c\":{}}}}", "[{\"a\":1},{\"a\":1}]", "{\"foo\\u0000bar\":42}", "\" \"", "42", "-0.1",
            "{\"a\":1,\"A\":2}", "{\"e\\u0301\":1,\"\u{e9}\":2}",
            // Numbers
            "0", "-0", "[123e65]", "[0e+1]", "[0e1]", "[ 4]", "[-0.000000000000000000000000001]", "[20e1]", "[-123]",
            "[-1]", "[1E22]", "[1E-2]", "[1E+2]", "[123e45]", "[123.456e78]", "[1e-2]", "[1e+2]", "[123]",
            "[123.456789]",
            "[0.0]", "[-0.0]", "[1.5E9]", "[9223372036854775807]", "[-9223372036854775808]", "[10]", "[1.0000]",
            // Strings
            "[\"\"]", "\"\"", "\"asd\"", "[\"\\u0060\\u012a\\u12AB\"]", "[\"\\uD801\\udc37\"]", "[\"\\ud83d\\ude39\"]",
            "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "[\"\\\\u0000\"]", "[\"\\\"\"]", "[\"a/*b*/c/*d//e\"]", "[\"\\\\a\"]",
            "[\"\\\\n\"]", "[\"\\u0012\"]", "[\"\\uFFFF\"]", "[\"\\uDBFF\\uDFFF\"]", "[\"new\\u00A0line\"]",
            "[\"\u{7f}\"]", "[\"\u{2028}\"]", "[\"\u{2029}\"]", "[\"\u{10ffff}\"]", "[\"\u{ffff}\"]", "[\"\u{20ac}\"]",
            "[\"\u{1f600}\"]", "[\"\\u0000\"]", "[\"\\u002c\"]", "[\"\\u0022\"]", "[\"\\uA66D\"]", "[\"\\u200B\"]",
            "[\"\\u2064\"]", "[\"\\uFDD0\"]", "[\"\\uFFFE\"]", "[\"\\u0821\"]", "[\"\u{3c0}\"]", "[\"asd \"]",
        ])
        + JSONGrammarCase.strings([
            [0xC2, 0x80], [0xDF, 0xBF], [0xE0, 0xA0, 0x80], [0xED, 0x9F, 0xBF], [0xEE, 0x80, 0x80],
            [0xF0, 0x90, 0x80, 0x80], [0xF4, 0x8F, 0xBF, 0xBF],
        ])

    static let rejected =
        JSONGrammarCase.texts([
            // Structure
            "", " ", "[", "]", "{", "}", "[1 true]", "[\"\": 1]", "[\"\"],", "[,1]", "[1,,2]", "[\"x\",,]", "[\"x\"]]",
            "[\"\",]", "[\"x\"", "[x", "[3[4]]", "[1:2]", "[,]", "[-]", "[   , \"\"]", "[\"a\",\n4\n,1,", "[1,]",
            "[1,,]",
            "[*]", "[\"\"", "[1,", "[1,\n1\n,1", "[{}", "[fals]", "[nul]", "[tru]", "[True]", "[NULL]", "tru", "nullx",
            "{\"x\", null}", "{\"x\"::\"b\"}", "{\"a\":\"a\" 123}", "{key: 'value'}", "{\"a\" b}", "{:\"b\"}",
            "{\"a\"}",
            "{\"a\" \"b\"}", "{\"a\":", "{\"a\"", "{1:1}", "{null:null}", "{\"id\":0,,,,,}", "{'a':0}", "{\"id\":0,}",
            "{\"a\":\"b\",,\"c\":\"d\"}", "{\"a\":\"b\"}#", "{\"a\":\"b\"}/**/", "{\"a\":true} \"x\"", "{\"a\":/*c*/1}",
            "[1]x", "[][]", "{}}", "1 2", "\"a\" \"b\"", "<.>", "[<null>]", "[1]\u{a0}", "[\u{2060}]", "[\u{0c}]",
            "\u{0b}1", "// c\n1", "abc", "{,", "{[", "[{\"\":[{\"\":", "*", "a", "{\"a\":1 \"b\":2}", "[\"a\" \"b\"]",
            "nan", "[true false]", "[undefined]", "{\"a\":undefined}",
            // Numbers
            "[++1234]", "[+1]", "[+Inf]", "[-01]", "[-1.0.]", "[-2.]", "[-NaN]", "[.-1]", "[.2e-3]", "[0.1.2]",
            "[0.3e+]",
            "[0.3e]", "[0.e1]", "[0E+]", "[0E]", "[1.0e+]", "[1.0e-]", "[1.0e]", "[1 000.0]", "[1eE2]", "[2.e+3]",
            "[2.e-3]", "[2.e3]", "[9.e+]", "[Inf]", "[NaN]", "[\u{ff11}]", "[1+2]", "[0x1]", "[0x42]", "[Infinity]",
            "[0e+-1]", "[-123.123foo]", "[-Infinity]", "[-foo]", "[- 1]", "[-012]", "[-.123]", "[-1x]", "[1ea]", "[1.]",
            "[.123]", "[1.2a-3]", "[1.8011670033376514H-308]", "[012]", "00", "01", "-", "1.", "1e", "1e+", "-a",
            "1_000",
            "[1e1.5]", "--1", "0b1",
            // Strings
            "[\"\\uD800\\\"]", "[\"\\uD800\\u\"]", "[\"\\uD800\\u1\"]", "[\"\\uD800\\u1x\"]", "[\"\\x00\"]",
            "[\"\\\\\\\"]",
            "[\"\\\u{1f300}\"]", "[\"\\\"]", "[\"\\u00A\"]", "[\"\\uD834\\uDd\"]", "[\"\\uqqqq\"]", "[\"\\a\"]",
            "[\\n]",
            "['single quote']", "abc\"", "[\"\\", "[\"a\nb\"]", "[\"a\tb\"]", "[\"a\0b\"]", "\"\u{1f}\"", "\"", "\"\\",
            "\"\\u", "\"\\u12", "\"\\uD800", "\"\\uD800\\", "\"abc", "[\"\\U0041\"]", "[\"\\u{41}\"]", "[\"\\'\"]",
        ])
        + JSONGrammarCase.strings([
            // Stray, overlong, truncated and out-of-range UTF-8
            [0x80], [0xBF], [0xC0, 0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xC2], [0xC3, 0x28], [0xE0, 0x80, 0x80],
            [0xE0, 0x9F, 0xBF], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80],
            [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80],
            [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFC, 0x83, 0xBF, 0xBF, 0xBF, 0xBF], [0xFE], [0xFF],
            [0x5C, 0x6E, 0xFF], [0x5C, 0xE5], [0x5C, 0x75, 0xE5],
            Array("abcdefgh".utf8) + [0xE9] + Array("ijklmnop".utf8),
        ])
        + JSONGrammarCase.bytes([
            [0x5B, 0xFF, 0x5D], [0xE9], [0x00], [0x5B, 0x00, 0x5D], [0x31, 0x00], [0x5B, 0x31, 0xE5, 0x5D],
            [0x7B, 0x22, 0xB9, 0x22, 0x3A, 0x31, 0x7D],
        ])

    /// Texts the standard leaves to the implementation, and what this one does with them.
    static let eitherAccepted = JSONGrammarCase.texts([
        "[0.4e00669999999999999999999999999999999]", "[1e+9999]", "[-1e+9999]", "[1.5e+9999]", "[123e-10000000]",
        "[-123123e100000]", "[123123e100000]", "[-123123123123123123123123123123]", "[100000000000000000000]",
        "[-237462374673276894279832749832423479823246327846]",
    ])

    static let eitherRejected =
        JSONGrammarCase.texts([
            "[\"\\uDADA\"]", "[\"\\uD888\\u1234\"]", "[\"\\uD800\\n\"]", "[\"\\uDd1ea\"]", "[\"\\uD800\\uD800\\n\"]",
            "[\"\\ud800\"]", "[\"\\ud800abc\"]", "[\"\\uDd1e\\uD834\"]", "[\"\\uDFAA\"]", "{\"\\uDFAA\":0}",
            "\u{feff}{}", "\u{feff}", "{\"a\":1,\"a\":1}", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}",
            String(repeating: "[", count: 500) + String(repeating: "]", count: 500),
        ])
        + JSONGrammarCase.bytes([
            [0xFF, 0xFE, 0x5B, 0x00, 0x5D, 0x00], [0x00, 0x5B, 0x00, 0x22, 0x00, 0x5D], [0xEF, 0xBB],
        ])

    @Test("Accepts every text of the grammar", arguments: accepted)
    func accepts(_ text: JSONGrammarCase) throws {
        let value = try JSONValue(parsing: text.bytes)
        #expect(try JSONValue(parsing: value.jsonBytes()) == value)
    }

    @Test("Rejects every text outside the grammar", arguments: rejected)
    func rejects(_ text: JSONGrammarCase) {
        #expect(throws: JSONParsingError.self) { try JSONValue(parsing: text.bytes) }
    }

    @Test("Accepts numbers of any size where the standard leaves a choice", arguments: eitherAccepted)
    func acceptsByChoice(_ text: JSONGrammarCase) throws {
        let value = try JSONValue(parsing: text.bytes)
        #expect(try JSONValue(parsing: value.jsonBytes()) == value)
    }

    @Test("Rejects lone surrogates, byte order marks and other encodings", arguments: eitherRejected)
    func rejectsByChoice(_ text: JSONGrammarCase) {
        #expect(throws: JSONParsingError.self) { try JSONValue(parsing: text.bytes) }
    }

    @Test("Rejects every prefix of a document")
    func rejectsPrefixes() throws {
        let text = Array(#"{"a":[1,-2.5e3,"x\u00e9\ud83d\ude00",true,false,null,{"b":{}}]}"#.utf8)
        _ = try JSONValue(parsing: text)
        for length in 0..<text.count {
            #expect(throws: JSONParsingError.self) { try JSONValue(parsing: text.prefix(length)) }
        }
    }

    @Test("Finds the end of strings of every length and alignment")
    func stringLengths() throws {
        for padding in 0..<9 {
            for length in 0..<40 {
                let text = String(repeating: " ", count: padding) + "\"" + String(repeating: "x", count: length) + "\""
                #expect(try JSONValue(parsing: text) == .string(String(repeating: "x", count: length)))
                let escaped =
                    String(repeating: "y", count: length) + "\\n" + String(repeating: "\u{e9}", count: padding)
                let expected = escaped.replacing("\\n", with: "\n")
                #expect(try JSONValue(parsing: "\"\(escaped)\"") == .string(expected))
            }
        }
    }
}
