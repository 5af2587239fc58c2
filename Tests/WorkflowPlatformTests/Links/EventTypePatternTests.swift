import Testing
import WorkflowCore

@testable import WorkflowPlatform

@Suite struct EventTypePatternTests {
    @Test(arguments: [
        ("order.paid", "order.paid", true), ("order.paid", "order.paid.twice", false), ("order.*", "order.paid", true),
        ("order.*", "order", false), ("order.*", "order.a.b", false), ("*.paid", "order.paid", true),
        ("**", "order", true), ("**", "a.b.c", true), ("order.**", "order", true), ("order.**", "order.a.b.c", true),
        ("order.**", "orders.a", false), ("**.paid", "paid", true), ("**.paid", "a.b.paid", true),
        ("**.paid", "a.paid.b", false), ("a.**.z", "a.z", true), ("a.**.z", "a.b.c.z", true),
        ("a.**.z", "a.b.c", false), ("a.**.b.**.c", "a.b.b.c", true), ("**.**", "a", true),
        ("a.**.*", "a", false), ("a.**.*", "a.b", true), ("*.**.*", "a.b", true), ("*.**.*", "a", false),
        ("Order.paid", "order.paid", false),
    ])
    func segmentsMatch(pattern: String, type: String, matches: Bool) throws {
        let pattern = try #require(EventTypePattern(pattern))
        #expect(pattern.matches(type) == matches)
    }

    @Test(arguments: [
        "", ".", "a..b", "a.b.", "a b", "a.x*", "***", "a.**b", Array(repeating: "a", count: 17).joined(separator: "."),
    ])
    func whatIsNoPatternIsRefused(text: String) {
        #expect(EventTypePattern(text) == nil)
    }

    @Test func aPatternWithManyWildcardsIsQuick() throws {
        let pattern = try #require(EventTypePattern(Array(repeating: "**", count: 15).joined(separator: ".") + ".z"))
        #expect(!pattern.matches(Array(repeating: "a", count: 1000).joined(separator: ".")))
    }
}
