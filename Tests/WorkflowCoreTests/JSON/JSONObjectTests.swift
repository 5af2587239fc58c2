import Testing
import WorkflowCore
import WorkflowTesting

@Suite("JSON objects")
struct JSONObjectTests {
    @Test("Keeps insertion order, also when a value is replaced")
    func order() {
        var object: JSONObject = ["z": 1, "a": 2, "m": 3]
        object["a"] = 20
        object["b"] = 4
        #expect(object.keys == ["z", "a", "m", "b"])
        #expect(object.values == [1, 20, 3, 4])
        #expect(object.map(\.key) == object.keys)
        #expect(object[1].value == 20)
        #expect(object.count == 4 && !object.isEmpty)
    }

    @Test("Removes by nil and by name, and tells null from absent")
    func removal() {
        var object: JSONObject = ["a": 1, "b": .null, "c": 3]
        #expect(object.contains("b"))
        #expect(object["b"] == .some(.null))
        object["a"] = nil
        #expect(object.removeValue(forKey: "b") == .null)
        #expect(object.removeValue(forKey: "b") == nil)
        #expect(object.keys == ["c"])
        object["absent"] = nil
        #expect(object.count == 1)
    }

    @Test("Behaves like a plain list of pairs through thousands of random changes, on both sides of the index limit")
    func model() {
        var generator = SeededGenerator(seed: 3)
        var object = JSONObject()
        var model: [(key: String, value: JSONValue)] = []
        for step in 0..<6_000 {
            let key = "key-\(Int.random(in: 0..<40, using: &generator))"
            let limit = step % 2_000 < 1_000 ? 7 : 3
            if Int.random(in: 0..<10, using: &generator) < limit {
                object[key] = .integer(Int64(step))
                if let position = model.firstIndex(where: { $0.key == key }) {
                    model[position].value = .integer(Int64(step))
                } else {
                    model.append((key, .integer(Int64(step))))
                }
            } else {
                let removed = object.removeValue(forKey: key)
                let position = model.firstIndex { $0.key == key }
                #expect(removed == position.map { model[$0].value })
                if let position { model.remove(at: position) }
            }
            let probe = "key-\(Int.random(in: 0..<40, using: &generator))"
            #expect(object[probe] == model.first { $0.key == probe }?.value)
            if step % 100 == 0 {
                #expect(object.keys == model.map(\.key))
                #expect(object.values == model.map(\.value))
            }
        }
    }

    @Test("Finds every key of a large object after removals")
    func largeIndex() {
        var object = JSONObject((0..<5_000).map { ("k\($0)", JSONValue.integer(Int64($0))) })
        for number in stride(from: 0, to: 5_000, by: 500) { object["k\(number)"] = nil }
        #expect(object.count == 4_990)
        for number in 0..<5_000 {
            #expect(object["k\(number)"]?.intValue == (number % 500 == 0 ? nil : number))
        }
    }

    @Test("Copies are independent")
    func valueSemantics() {
        let original = JSONObject((0..<20).map { ("k\($0)", JSONValue.integer($0)) })
        var copy = original
        copy["k3"] = "changed"
        copy["new"] = true
        copy["k0"] = nil
        #expect(original["k3"] == 3 && original["k0"] == 0 && !original.contains("new"))
        #expect(copy["k3"] == "changed" && copy["k19"] == 19 && copy.contains("new"))
    }

    @Test("Merges with the other side winning in place")
    func merging() {
        let merged = (["a": 1, "b": 2] as JSONObject).merging(["b": 20, "c": 30])
        #expect(merged.keys == ["a", "b", "c"])
        #expect(merged["b"] == 20)
        #expect(JSONObject().merging(["x": 1]) == ["x": 1])
    }

    @Test("Compares and hashes without regard to order")
    func equality() {
        let left: JSONObject = ["a": 1, "b": [1, 2], "c": ["x": .null]]
        let right: JSONObject = ["c": ["x": .null], "b": [1.0, 2], "a": 1]
        #expect(left == right)
        #expect(left.hashValue == right.hashValue)
        #expect(left != ["a": 1, "b": [2, 1], "c": ["x": .null]])
        #expect(left != ["a": 1])
        #expect((["a": .null] as JSONObject) != ["b": .null])
        let large = JSONObject((0..<50).map { ("k\($0)", JSONValue.integer($0)) })
        #expect(large == JSONObject((0..<50).reversed().map { ("k\($0)", JSONValue.integer($0)) }))
    }

    @Test("Keeps keys apart that differ only in normalisation")
    func normalisation() throws {
        let object: JSONObject = ["\u{e9}": 1, "e\u{301}": 2, "\u{374}": 3, "\u{2b9}": 4]
        #expect(object.count == 4)
        #expect(object["\u{e9}"] == 1 && object["e\u{301}"] == 2 && object["\u{374}"] == 3)
        #expect(JSONValue.string("\u{e9}") != .string("e\u{301}"))
    }

    @Test("Takes labelled and unlabelled pairs, the last of a repeated key winning")
    func construction() {
        #expect(JSONObject([("a", 1), ("b", 2), ("a", 3)]).description == #"{"a":3,"b":2}"#)
        let source: JSONObject = ["x": 1, "y": 2]
        #expect(JSONObject(source.filter { $0.key == "y" }) == ["y": 2])
        #expect((["a": 1, "a": 2] as JSONObject).description == #"{"a":2}"#)
    }
}
