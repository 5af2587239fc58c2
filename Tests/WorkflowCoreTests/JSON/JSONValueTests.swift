import Testing
import WorkflowCore

@Suite("JSON values")
struct JSONValueTests {
    private let order: JSONValue = [
        "id": 7, "total": 12.5, "paid": true, "note": nil, "name": "lamp \(1 + 1)",
        "items": [["name": "a", "tags": ["x", "y"]], ["name": "b"]], "0": "zero",
    ]

    @Test("Gives typed access and nil on another type")
    func accessors() {
        #expect(order["id"]?.intValue == 7)
        #expect(order["total"]?.doubleValue == 12.5)
        #expect(order["paid"]?.boolValue == true)
        #expect(order["note"]?.isNull == true)
        #expect(order["name"]?.stringValue == "lamp 2")
        #expect(order["items"]?.arrayValue?.count == 2)
        #expect(order["items"]?[1]?["name"] == "b")
        #expect(order.objectValue?.count == 7)
        #expect(order["id"]?.stringValue == nil && order["name"]?.intValue == nil && order["name"]?.boolValue == nil)
        #expect(order["absent"] == nil && order["id"]?["x"] == nil && order["id"]?[0] == nil)
        #expect(order["items"]?[2] == nil && order["items"]?[-1] == nil)
        #expect(order.stringValue == nil && order.doubleValue == nil && order.arrayValue == nil)
    }

    @Test("Sets, replaces and removes through the subscript")
    func mutation() {
        var value: JSONValue = nil
        value["a"] = 1
        value["b"] = ["x": 1]
        value["b"]?["y"] = 2
        value["a"] = nil
        #expect(value == ["b": ["x": 1, "y": 2]])
        value["n"] = .some(nil)
        #expect(value.jsonString() == #"{"b":{"x":1,"y":2},"n":null}"#)
        var text: JSONValue = "text"
        text["a"] = 1
        #expect(text == "text")
        var null = JSONValue.null
        null["a"] = nil
        #expect(null.isNull)
    }

    @Test(
        "Follows dotted paths with indexes",
        arguments: [
            ("items[0].name", "a"), ("items.0.name", "a"), ("items[1].name", "b"), ("items[0].tags[1]", "y"),
            ("items.0.tags.0", "x"), ("0", "zero"),
        ]
    )
    func paths(path: String, expected: String) {
        #expect(order.value(at: path)?.stringValue == expected)
    }

    @Test(
        "Finds nothing at absent or malformed paths",
        arguments: [
            "x", "items[2]", "items[-1]", "items[a]", "items[", "items[]", "items[0]name", "items..name", ".items",
            "items.", "items[0", "id.x", "items.+1", "items[99999999999999999999]", "[0]",
        ]
    )
    func absentPaths(path: String) {
        #expect(order.value(at: path) == nil)
    }

    @Test("Takes the empty path as the value itself and starts with an index on arrays")
    func pathEdges() {
        #expect(order.value(at: "") == order)
        let list: JSONValue = [[1, 2], [3, 4]]
        #expect(list.value(at: "[1][0]") == 3)
        #expect(list.value(at: "1.0") == 3)
    }

    @Test("Names its type as JSON does")
    func typeNames() {
        let values: [JSONValue] = [nil, true, 1, 1.5, .decimal("1e400"), "s", [], [:]]
        #expect(
            values.map(\.typeName) == ["null", "boolean", "number", "number", "number", "string", "array", "object"]
        )
    }

    @Test("Writes compact JSON in insertion order and describes itself so")
    func compact() {
        let text =
            #"{"id":7,"total":12.5,"paid":true,"note":null,"name":"lamp 2","items":[{"name":"a","#
            + #""tags":["x","y"]},{"name":"b"}],"0":"zero"}"#
        #expect(order.jsonString() == text)
        #expect(order.description == text)
        #expect(order.jsonBytes() == Array(text.utf8))
        var buffer = Array("data: ".utf8)
        order.write(to: &buffer)
        #expect(String(decoding: buffer, as: UTF8.self) == "data: " + text)
    }

    @Test("Writes pretty and sorted forms")
    func pretty() {
        let value: JSONValue = ["b": [1, [:], []], "a": ["d": "x", "c": false]]
        #expect(
            value.jsonString(pretty: true) == """
                {
                  "b": [
                    1,
                    {},
                    []
                  ],
                  "a": {
                    "d": "x",
                    "c": false
                  }
                }
                """
        )
        #expect(value.jsonString(sortedKeys: true) == #"{"a":{"c":false,"d":"x"},"b":[1,{},[]]}"#)
        #expect(value.jsonString(pretty: true, sortedKeys: true).hasPrefix("{\n  \"a\": {\n    \"c\": false,"))
    }

    @Test("Escapes what a string cannot hold and leaves the rest")
    func escapes() {
        var buffer: [UInt8] = []
        JSONValue.writeString("\"\\/\u{8}\u{c}\n\r\t\0\u{1f}\u{7f}\u{e9}\u{1f600}\u{2028}", to: &buffer)
        #expect(
            String(decoding: buffer, as: UTF8.self)
                == #""\"\\/\b\f\n\r\t\u0000\u001f"# + "\u{7f}\u{e9}\u{1f600}\u{2028}\""
        )
        for scalar in (0..<0x3000).compactMap(Unicode.Scalar.init) {
            let text = "abcdefgh\(Character(scalar))ijklmnop"
            #expect((try? JSONValue(parsing: JSONValue.string(text).jsonBytes())) == .string(text))
        }
    }
}
