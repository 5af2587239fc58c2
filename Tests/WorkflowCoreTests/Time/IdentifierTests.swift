import Testing
import WorkflowCore
import WorkflowTesting

@Suite struct IdentifierTests {
    @Test func haveTheShapeOfUUIDVersion7() throws {
        let generator = UUIDv7Generator(clock: TestClock(now: Timestamp(seconds: 1_700_000_000)))
        for _ in 0..<1000 {
            let id = generator.next()
            let parts = id.split(separator: "-", omittingEmptySubsequences: false)
            #expect(parts.map(\.count) == [8, 4, 4, 4, 12])
            #expect(id.allSatisfy { $0 == "-" || "0123456789abcdef".contains($0) })
            #expect(parts[2].first == "7")
            #expect("89ab".contains(try #require(parts[3].first)))
            #expect(UInt64(parts[0] + parts[1], radix: 16) == 1_700_000_000_000)
        }
    }

    @Test func sortByTheirTime() {
        let clock = TestClock()
        let generator = UUIDv7Generator(clock: clock)
        var previous = generator.next()
        for _ in 0..<200 {
            clock.advance(by: .milliseconds(1))
            let next = generator.next()
            #expect(previous < next)
            previous = next
        }
    }

    @Test func areNeverTheSame() async {
        let generator = UUIDv7Generator(clock: TestClock())
        let all = await withTaskGroup(of: [String].self) { group in
            for _ in 0..<8 { group.addTask { (0..<2000).map { _ in generator.next() } } }
            return await group.reduce(into: Set<String>()) { $0.formUnion($1) }
        }
        #expect(all.count == 16_000)
    }
}
