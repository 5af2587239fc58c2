import Testing
import WorkflowCore

@Suite("JSON parsing limits and errors")
struct JSONParsingLimitsTests {
    private func failure(
        _ text: String,
        _ options: JSONParsingOptions = .default
    ) throws -> JSONParsingError {
        try #require(throws: JSONParsingError.self) { try JSONValue(parsing: text, options: options) }
    }

    @Test("Stops a bomb of 200,000 brackets at the depth limit", arguments: ["[", "{\"a\":", "[{\"a\":"])
    func depthBomb(opening: String) throws {
        let error = try failure(String(repeating: opening, count: 200_000))
        #expect(error.code == .tooDeep)
        #expect(error.offset < 2_000)
    }

    @Test("Accepts exactly the configured depth")
    func exactDepth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try JSONValue(parsing: nested(128))
        #expect(try failure(nested(129)).code == .tooDeep)
        _ = try JSONValue(parsing: "7", options: .init(maximumDepth: 0))
        #expect(try failure("[]", .init(maximumDepth: 0)).code == .tooDeep)
    }

    @Test("Supports 512 levels and treats a larger limit as 512")
    func supportedDepth() throws {
        let options = JSONParsingOptions(maximumDepth: .max)
        let depth = JSONParsingOptions.supportedDepth
        let text = String(repeating: "{\"a\":[", count: depth / 2) + String(repeating: "]}", count: depth / 2)
        let value = try JSONValue(parsing: text, options: options)
        #expect(value.jsonString() == text)
        #expect(value.hashValue == value.hashValue)
        #expect(try failure(String(repeating: "[", count: depth + 1), options).code == .tooDeep)
    }

    @Test("Refuses text above the size limit, also from a sequence without storage")
    func sizeLimit() throws {
        let options = JSONParsingOptions(maximumBytes: 4)
        #expect(try JSONValue(parsing: "1234", options: options) == 1234)
        #expect(try failure("12345", options).code == .tooLarge)
        let endless = sequence(first: UInt8(ascii: "1")) { $0 }
        let error = try #require(throws: JSONParsingError.self) { try JSONValue(parsing: endless, options: options) }
        #expect(error.code == .tooLarge)
    }

    @Test("Rejects a duplicate key, however it is spelled and however large the object is")
    func duplicateKeys() throws {
        let error = try failure("{\"a\": 1,\n  \"\\u0061\": 2}")
        #expect(error.code == .duplicateKey)
        #expect(error.description == "duplicate key \"a\" (line 2, column 3)")
        for count in [2, 11, 12, 13, 14, 40, 1000] {
            let members = (0..<count).map { "\"key\($0)\":\($0)" }.joined(separator: ",")
            #expect(try JSONValue(parsing: "{\(members)}").objectValue?.count == count)
            #expect(try failure("{\(members),\"key\(count / 2)\":0}").message == "duplicate key \"key\(count / 2)\"")
        }
    }

    @Test("Lets the last of duplicate keys win in the place of the first, when asked to")
    func lastWins() throws {
        let options = JSONParsingOptions(duplicateKeys: .lastWins)
        #expect(try JSONValue(parsing: #"{"a":1,"b":2,"a":3}"#, options: options).jsonString() == #"{"a":3,"b":2}"#)
        let members = (0..<100).map { "\"k\($0 % 20)\":\($0)" }.joined(separator: ",")
        let value = try JSONValue(parsing: "{\(members)}", options: options)
        #expect(value.objectValue?.count == 20)
        #expect(value["k19"] == 99)
    }

    @Test(
        "Names the kind and place of a failure",
        arguments: [
            ("", "unexpectedEnd", 0), ("[1,", "unexpectedEnd", 3), ("[1,]", "unexpectedCharacter", 3),
            ("[01]", "invalidNumber", 1), ("[1.x]", "invalidNumber", 1), ("\"\\q\"", "invalidString", 1),
            ("\"a\u{1}\"", "invalidString", 2), ("1 x", "trailingContent", 2), ("{\"a\" 1}", "unexpectedCharacter", 5),
            ("truf", "unexpectedCharacter", 3), ("\"\\uD800x\"", "invalidString", 1), ("\"abc", "unexpectedEnd", 4),
        ]
    )
    func codes(text: String, code: String, offset: Int) throws {
        let error = try failure(text)
        #expect(error.code.description == code)
        #expect(error.offset == offset)
    }

    @Test("Counts lines and columns from one, in characters rather than bytes")
    func positions() throws {
        let error = try failure("{\n  \"caf\u{e9}\": ?\n}")
        #expect(error.description == "unexpected character '?' (line 2, column 11)")
        #expect(error.offset == 13)
        let invalid = try #require(throws: JSONParsingError.self) {
            try JSONValue(parsing: [UInt8(ascii: "\""), 0xFF, UInt8(ascii: "\"")])
        }
        #expect(invalid.code == .invalidUTF8)
    }

    @Test("Keeps the payload out of descriptions")
    func noPayload() throws {
        let long = String(repeating: "secret", count: 1000)
        #expect(try failure("{\"a\":\"\(long)\"").description.count < 100)
        #expect(try failure("{\"\(long)\":1,\"\(long)\":2}").description.count < 150)
    }

    @Test("Reads arrays, slices, raw buffers and sequences alike")
    func sources() throws {
        let bytes = Array("  [1,2]  ".utf8)
        let expected: JSONValue = [1, 2]
        #expect(try JSONValue(parsing: bytes) == expected)
        #expect(try JSONValue(parsing: bytes[1...]) == expected)
        #expect(try JSONValue(parsing: AnySequence(bytes)) == expected)
        #expect(try bytes.withUnsafeBytes { try JSONValue(parsing: $0) } == expected)
        #expect(throws: JSONParsingError.self) { try JSONValue(parsing: UnsafeRawBufferPointer(start: nil, count: 0)) }
    }
}
