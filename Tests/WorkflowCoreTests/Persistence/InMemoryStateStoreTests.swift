import Testing
import WorkflowTesting

@testable import WorkflowCore

@Suite struct InMemoryStateStoreTests {
    @Test(arguments: StateStoreConformance.checks.filter { !$0.needsDurability })
    func conforms(_ check: StateStoreConformance.Check) async throws {
        try await check.run(StateStoreConformance.Fixture { InMemoryStateStore() })
    }

    @Test func forgetsExpiredValues() async throws {
        var tables = InMemoryTables()
        let start = Timestamp(seconds: 1000)
        for key in ["a", "b"] {
            let end = key == "a" ? start.advanced(by: .seconds(5)) : nil
            try tables.apply(StoreTransaction([.setValue(namespace: "n", key: key, value: 1, expiresAt: end)]))
        }
        let hasMoreBefore = tables.removeExpiredValues(start, limit: 1)
        #expect(!hasMoreBefore)
        #expect(tables.namespaces[ExactString("n")]?.values.count == 2)
        let hasMore = tables.removeExpiredValues(start.advanced(by: .seconds(31)), limit: 1)
        #expect(hasMore, "the limit was reached")
        #expect(tables.namespaces[ExactString("n")]?.values.count == 1)
    }
}

@Suite struct SortedArrayTests {
    @Test func agreesWithSortingAfterRandomChanges() {
        var generator = SystemRandomNumberGenerator()
        var array = SortedArray<Int>()
        var model: Set<Int> = []
        for _ in 0..<3000 {
            let element = Int.random(in: 0..<200, using: &generator)
            if Bool.random(using: &generator) {
                array.insert(element)
                model.insert(element)
            } else {
                array.remove(element)
                model.remove(element)
            }
        }
        let sorted = model.sorted()
        #expect(Array(array.elements) == sorted)
        #expect(Array(array.elements(after: 50, limit: 7)) == Array(sorted.filter { $0 > 50 }.prefix(7)))
        #expect(Array(array.elements(from: 50)) == sorted.filter { $0 >= 50 })
    }
}

@Suite struct StoreKeyTests {
    @Test(
        arguments: [
            ("", nil), ("a", "b"), ("job:", "job;"), ("\u{D7FF}", "\u{E000}"), ("a\u{10FFFF}", "b"),
            ("\u{10FFFF}", nil),
        ] as [(String, String?)])
    func upperBoundFollowsThePrefix(prefix: String, bound: String?) {
        #expect(StoreTransaction.upperBound(ofPrefix: prefix) == bound)
    }

    @Test func exactStringsDistinguishNormalisationForms() {
        #expect(ExactString("\u{E9}") != ExactString("e\u{301}"))
        #expect(ExactString("e\u{301}") < ExactString("\u{E9}"))
        #expect(Set([ExactString("\u{E9}"), ExactString("e\u{301}"), ExactString("\u{E9}")]).count == 2)
    }
}
