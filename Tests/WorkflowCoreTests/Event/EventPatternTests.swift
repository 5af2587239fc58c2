import Testing

@testable import WorkflowCore

@Suite struct EventPatternTests {
    @Test(arguments: [
        // Types, condition, minimum, maximum, order; the events; the events of each match.
        (EventFixture.pattern("a", min: 3), "aaaaaa", ["a1a2a3", "a4a5a6"]),
        (EventFixture.pattern("a", min: 0), "aa", ["a1", "a2"]),
        (EventFixture.pattern("ab", min: 3), "abxa", ["a1b2a4"]),
        (EventFixture.pattern("ab", .all), "aab", ["a1a2b3"]),
        (EventFixture.pattern("ab", .all), "bbaab", ["b1b2a3", "a4b5"]),
        (EventFixture.pattern("aab", .all), "abba", ["a1b2b3a4"]),
        (EventFixture.pattern("ab", .all, min: 4), "abab", ["a1b2a3b4"]),
        (EventFixture.pattern("ab", .all, max: 2), "aaab", []),
        (EventFixture.pattern("ab", .sequence), "baab", ["b1a2a3b4"]),
        (EventFixture.pattern("abc", .sequence), "acbc", ["a1c2b3c4"]),
        (EventFixture.pattern("abc", .sequence), "cba", []),
        (EventFixture.pattern("aab", .sequence), "abab", ["a1b2a3b4"]),
        (EventFixture.pattern("ab", .sequence, max: 2), "aab", []),
        (EventFixture.pattern("ab", .all, orderMatters: true), "bab", ["b1a2b3"]),
        (EventFixture.pattern("ab", min: 3, orderMatters: true), "bbaab", ["b1b2a3a4b5"]),
    ])
    func occursAsItsConditionSays(pattern: EventPattern, events: String, matches: [String]) throws {
        var fixture = EventFixture(pattern)
        #expect(try fixture.feed(events).map { $0.joined() } == matches)
    }

    @Test(arguments: [
        ("count == 2", ["a1a2"]),
        ("first.type == 'a' && last.type == 'b'", ["a1a2b3"]),
        ("events[1].data.n > 1 && key == 'k'", ["a1a2"]),
        ("sum(pluck(events, 'data.n')) >= 6", ["a1a2b3"]),
        ("last.correlationId != 'k'", []),
        ("now() == last.time && count > 1", ["a1a2"]),
    ])
    func expressionsSeeTheEvents(text: String, matches: [String]) throws {
        let expression = try Expression(text, roots: EventPattern.expressionRoots)
        var fixture = EventFixture(EventFixture.pattern("ab", .expression(expression)))
        var found: [String] = []
        for (index, type) in ["a", "a", "b"].enumerated() {
            let data: JSONValue = ["n": .integer(Int64(index + 1))]
            found += try fixture.feed(type, at: Double(index), data: data).map { $0.joined() }
        }
        #expect(found == matches)
    }

    @Test func anExpressionIsAskedOnlyWhenTheNumberIsRight() throws {
        let expression = try Expression("events[2].type == 'a'", roots: EventPattern.expressionRoots)
        var fixture = EventFixture(EventFixture.pattern("a", .expression(expression), min: 2, max: 2))
        #expect(try fixture.feed("aaaa").isEmpty)
        #expect(fixture.engine.buffered.count == 4)
    }

    @Test func anExpressionWithoutValueIsNotMetAndTold() throws {
        let expression = try Expression("first.data.n + 1 > 0", roots: EventPattern.expressionRoots)
        let pattern = EventFixture.pattern("a", .expression(expression))
        let engine = EventPatternEngine(patterns: [pattern])
        let event = PatternEvent(id: "1", type: "a", time: EventFixture.start)
        let plan = try engine.plan(event, now: EventFixture.start)
        #expect(plan.isAccepted)
        #expect(plan.matches.isEmpty)
        #expect(plan.failures.map(\.patternID) == ["p"])
        #expect(plan.failures.first?.error.code == .nullOperand)
    }

    @Test func knowsHowManyEventsItNeeds() {
        #expect(EventFixture.pattern("ab", min: 0).leastEvents == 1)
        #expect(EventFixture.pattern("abc", .all).leastEvents == 3)
        #expect(EventFixture.pattern("abc", orderMatters: true).leastEvents == 3)
        #expect(EventFixture.pattern("ab", .sequence, min: 5).leastEvents == 5)
    }
}
