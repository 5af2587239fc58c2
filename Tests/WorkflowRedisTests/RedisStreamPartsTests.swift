#if Redis
import Testing

@testable import WorkflowCore
@testable import WorkflowRedis

extension RedisStreamTests {
    @Suite struct RedisStreamPartsTests {
        private static func entry(_ topic: String, _ id: String) throws -> RedisEntry {
            try #require(RedisEntry(.array([.bytes(Array(id.utf8)), .array([])]), topic: topic))
        }

        @Test func identifiersHaveAnOrder() {
            #expect(RedisEntryID("7-12")?.description == "7-12")
            let texts = ["1-0", "1-2", "1-10", "2-0", "10-0", "18446744073709551615-18446744073709551615"]
            let ids = texts.compactMap { RedisEntryID($0) }
            #expect(ids.count == texts.count)
            #expect(ids.reversed().sorted() == ids)
            for text in ["", "1", "1-", "a-1", "1-2-3", "-1-2"] { #expect(RedisEntryID(text) == nil) }
        }

        @Test func entriesOfSeveralStreamsWaitForThoseBeforeThem() throws {
            var merger = RedisStreamMerger()
            let first = try [("a", "1-0"), ("a", "3-0"), ("b", "2-0"), ("b", "9-0")].map { try Self.entry($0.0, $0.1) }
            // The stream a has more, which may be earlier than 9-0.
            let released = merger.merge(first, unfinished: ["a"])
            #expect(released.map(\.place.id.description) == ["1-0", "2-0", "3-0"])
            #expect(merger.isReadable("a"))
            #expect(!merger.isReadable("b"))
            let second = try [("a", "5-0"), ("a", "12-0"), ("c", "10-0")].map { try Self.entry($0.0, $0.1) }
            // The stream b has not been read, and may have entries after 9-0.
            let next = merger.merge(second, unfinished: [])
            #expect(next.map(\.place.id.description) == ["5-0", "9-0"])
            #expect(merger.isReadable("b"))
            #expect(merger.merge([], unfinished: []).map(\.place.id.description) == ["10-0"])
            #expect(merger.merge([], unfinished: []).map(\.place.id.description) == ["12-0"])
            #expect(merger.isEmpty)
        }

        @Test func entriesThatAreFoundAgainWaitForTheNextReading() throws {
            var merger = RedisStreamMerger()
            let first = try [("a", "1-0"), ("b", "3-0"), ("b", "9-0")].map { try Self.entry($0.0, $0.1) }
            #expect(merger.merge(first, unfinished: ["a"]).map(\.place.id.description) == ["1-0"])
            // The answer with these was lost.
            merger.restore(try [("a", "4-0"), ("a", "2-0"), ("c", "5-0")].map { try Self.entry($0.0, $0.1) })
            #expect(["a", "b", "c"].map { merger.isReadable($0) } == [true, false, true])
            let second = try [("a", "8-0"), ("a", "12-0")].map { try Self.entry($0.0, $0.1) }
            #expect(
                merger.merge(second, unfinished: []).map(\.place.id.description)
                    == ["2-0", "3-0", "4-0", "5-0", "8-0", "9-0"])
            #expect(["a", "b", "c"].map { merger.isReadable($0) } == [false, true, true])
        }

        @Test func entriesThatAreElsewhereByNowHoldUpNothing() throws {
            var merger = RedisStreamMerger()
            let first = try [("a", "1-0"), ("b", "3-0"), ("b", "9-0")].map { try Self.entry($0.0, $0.1) }
            _ = merger.merge(first, unfinished: ["a"])
            merger.remove(Set([try Self.entry("b", "3-0").place.id]), of: "b")
            #expect(!merger.isReadable("b"))
            merger.remove(Set([try Self.entry("b", "9-0").place.id]), of: "b")
            #expect(merger.isReadable("b"))
            #expect(merger.isEmpty)
        }

        @Test func groupsAreNamedForGroupPatternAndSubscription() {
            let names = RedisStreamNames(prefix: "shop", group: "g")
            #expect(names.group(of: "handler/log", pattern: "order.*", number: 1) == "g order.* handler/log")
            #expect(names.group(of: "handler/log", pattern: "order.*", number: 2) == "g order.*#2 handler/log")
            #expect(names.stream(of: "order.paid") == "{shop}:topic:order.paid")
            #expect(names.topic(ofStream: "{shop}:topic:order.paid") == "order.paid")
        }

        @Test func whatWasHandledIsRememberedForAWhile() throws {
            var memory = RedisPlaceMemory(capacity: 2)
            let places = try ["1-0", "2-0", "3-0"].map { try Self.entry("a", $0).place }
            for place in places { memory.insert(place) }
            #expect(places.map { memory.contains($0) } == [false, true, true])
        }
    }
}
#endif
