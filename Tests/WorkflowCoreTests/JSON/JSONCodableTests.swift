import Foundation
import Testing
import WorkflowCore
import WorkflowTesting

@Suite("JSON values and Codable")
struct JSONCodableTests {
    enum Channel: String, Codable { case web, shop }

    struct Item: Codable, Equatable {
        var sku: String
        var quantity: UInt8
        var price: Double
        var note: String?
    }

    struct Order: Codable, Equatable {
        var id: Int64
        var large: UInt64
        var ratio: Float
        var channel: Channel
        var items: [Item]
        var limits: [String: Int]
        var extra: JSONValue
        var headers: JSONObject
        var parent: [Item]?
    }

    private let order = Order(
        id: 7,
        large: .max,
        ratio: 0.1,
        channel: .shop,
        items: [Item(sku: "a", quantity: 2, price: 1.5, note: nil), Item(sku: "b", quantity: 1, price: 2, note: "n")],
        limits: ["x": 1],
        extra: ["k": [1, nil, "s", 2.5]],
        headers: ["z": 1, "a": 2],
        parent: nil
    )

    class Base: Codable {
        var name = "base"
        init() {}
    }

    final class Derived: Base {
        var size = 3
        private enum CodingKeys: CodingKey { case size }
        override init() { super.init() }
        required init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            size = try container.decode(Int.self, forKey: .size)
            try super.init(from: container.superDecoder())
        }
        override func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(size, forKey: .size)
            try super.encode(to: container.superEncoder())
        }
    }

    @Test("Encodes and decodes nested types")
    func roundTrip() throws {
        let value = try JSONValue(encoding: order)
        #expect(
            value.jsonString() == """
                {"id":7,"large":18446744073709551615,"ratio":0.1,"channel":"shop","items":[{"sku":"a","quantity":2,\
                "price":1.5},{"sku":"b","quantity":1,"price":2.0,"note":"n"}],"limits":{"x":1},\
                "extra":{"k":[1,null,"s",2.5]},"headers":{"z":1,"a":2}}
                """
        )
        #expect(try value.decode(as: Order.self) == order)
        #expect(try JSONValue(parsing: value.jsonBytes()).decode() as Order == order)
    }

    @Test("Reads what Foundation's encoder writes and the other way round")
    func foundation() throws {
        let theirs = try JSONEncoder().encode(order)
        #expect(try JSONValue(parsing: theirs).decode(as: Order.self) == order)
        let ours = try JSONValue(encoding: order).jsonBytes()
        #expect(try JSONDecoder().decode(Order.self, from: Data(ours)) == order)
    }

    @Test("Passes any value through Foundation's coders")
    func valueThroughFoundation() throws {
        var generator = SeededGenerator(seed: 31)
        for _ in 0..<200 {
            let value = generator.value(depth: 3, decimals: false)
            let data = try JSONEncoder().encode(["v": value])
            #expect(try JSONDecoder().decode([String: JSONValue].self, from: data)["v"] == value)
            #expect(try JSONValue(encoding: value) == value)
            #expect(try value.decode(as: JSONValue.self) == value)
        }
        #expect(throws: EncodingError.self) { try JSONEncoder().encode([JSONValue.decimal("1e400")]) }
        let large = try JSONEncoder().encode([JSONValue.decimal("18446744073709551615")])
        #expect(try JSONDecoder().decode(JSONValue.self, from: large) == [.decimal("18446744073709551615")])
    }

    @Test("Encodes super classes, scalars, optionals and collections")
    func shapes() throws {
        let derived = Derived()
        derived.name = "changed"
        let value = try JSONValue(encoding: derived)
        #expect(value == ["size": 3, "super": ["name": "changed"]])
        let back = try value.decode(as: Derived.self)
        #expect(back.name == "changed" && back.size == 3)
        #expect(try JSONValue(encoding: [1, nil, 3] as [Int?]) == [1, nil, 3])
        #expect(try JSONValue(encoding: [[1], []]) == [[1], []])
        #expect(try JSONValue(encoding: Int?.none) == nil)
        #expect(try JSONValue(encoding: [5: "x"]) == ["5": "x"])
        #expect(try JSONValue(encoding: Channel.web) == "web")
        #expect(try (["5": "x"] as JSONValue).decode(as: [Int: String].self) == [5: "x"])
        #expect(try ([1, nil] as JSONValue).decode(as: [Int?].self) == [1, nil])
        #expect(try (nil as JSONValue).decode(as: Int?.self) == nil)
        #expect(try (2.0 as JSONValue).decode(as: Int.self) == 2)
        let date = Date(timeIntervalSinceReferenceDate: 12.25)
        #expect(try JSONValue(encoding: date).decode(as: Date.self) == date)
    }

    @Test("Reports the coding path of a failure")
    func paths() throws {
        func path(_ value: JSONValue) throws -> String {
            let error = try #require(throws: DecodingError.self) { try value.decode(as: Order.self) }
            let context: DecodingError.Context
            switch error {
            case .typeMismatch(_, let found), .valueNotFound(_, let found), .dataCorrupted(let found): context = found
            case .keyNotFound(let key, let found):
                return (found.codingPath + [key]).map(\.stringValue).joined(separator: "/")
            @unknown default: return "?"
            }
            return context.codingPath.map(\.stringValue).joined(separator: "/")
        }
        var value = try JSONValue(encoding: order)
        value["id"] = "seven"
        #expect(try path(value) == "id")
        value["id"] = 7.5
        #expect(try path(value) == "id")
        value["id"] = .null
        #expect(try path(value) == "id")
        value["id"] = nil
        #expect(try path(value) == "id")
        value["id"] = 1
        value["items"] = [["sku": "a", "quantity": 256, "price": 1]]
        #expect(try path(value) == "items/Index 0/quantity")
        value["items"] = ["no": "list"]
        #expect(try path(value) == "items")
        #expect(throws: DecodingError.self) { try ([] as JSONValue).decode(as: JSONObject.self) }
        #expect(throws: DecodingError.self) { try ("x" as JSONValue).decode(as: Channel.self) }
    }

    @Test("Refuses to encode numbers JSON does not have")
    func notFinite() {
        #expect(throws: EncodingError.self) { try JSONValue(encoding: ["a": Double.nan]) }
        #expect(throws: EncodingError.self) { try JSONValue(encoding: Float.infinity) }
    }
}
