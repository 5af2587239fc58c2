import Testing

@testable import WorkflowCore

@Suite struct EventPatternEngineTests {
    typealias Fixture = EventFixture

    @Test func theWindowSlidesWithTheEventsAndIncludesItsEnds() throws {
        var fixture = Fixture(Fixture.pattern("a", window: 10, min: 3))
        for time in [0, 6, 10.5] { #expect(try fixture.feed("a", at: time).isEmpty) }
        #expect(try fixture.feed("a", at: 16) == [["a2", "a3", "a4"]])
    }

    @Test func eventsTakeTheirPlaceByTheirTime() throws {
        var fixture = Fixture(Fixture.pattern("ab", .sequence))
        #expect(try fixture.feed("b", at: 5).isEmpty)
        #expect(try fixture.feed("a", at: 3, receivedAt: 6) == [["a2", "b1"]])
        // Of the same time, the one that came first is first.
        #expect(try fixture.feed("b", at: 7).isEmpty)
        #expect(try fixture.feed("a", at: 7).isEmpty)
        #expect(try fixture.feed("b", at: 7) == [["b3", "a4", "b5"]])
    }

    @Test func anEventThatIsTooLateIsIgnored() throws {
        var fixture = Fixture(Fixture.pattern("a", min: 2))
        try fixture.feed("a", at: 20)
        #expect(try fixture.feed("a", at: 9.999, receivedAt: 21).isEmpty)
        #expect(fixture.engine.buffered.map(\.event.id) == ["a1"])
        #expect(try fixture.feed("a", at: 10, receivedAt: 21) == [["a3", "a1"]])
    }

    @Test func anEventOfTheFutureCountsAsOneOfNow() throws {
        var fixture = Fixture(Fixture.pattern("a", min: 2))
        try fixture.feed("a", at: 1000, receivedAt: 1)
        #expect(try fixture.feed("a", at: 2) == [["a1", "a2"]])
    }

    @Test func anEventThatComesAgainIsCountedOnceEvenAfterItWasUsed() throws {
        var fixture = Fixture(Fixture.pattern("a", min: 2))
        try fixture.feed("a", at: 0, id: "x")
        #expect(try fixture.feed("a", at: 1, id: "x").isEmpty)
        #expect(try fixture.feed("a", at: 2, id: "y") == [["x", "y"]])
        for id in ["x", "y", "z"] { #expect(try fixture.feed("a", at: 3, id: id).isEmpty) }
        #expect(try fixture.feed("a", at: 4, id: "w") == [["z", "w"]])
    }

    @Test func keysAndPatternsKeepApart() throws {
        var fixture = Fixture(
            Fixture.pattern("a", min: 2, id: "two"), Fixture.pattern("ab", min: 3, id: "three"))
        #expect(try fixture.feed("a", at: 0, key: "k").isEmpty)
        #expect(try fixture.feed("a", at: 1, key: "l").isEmpty)
        #expect(try fixture.feed("a", at: 2, key: "k") == [["a1", "a3"]])
        #expect(try fixture.feed("b", at: 3, key: "k") == [["a1", "a3", "b4"]])
        #expect(fixture.engine.keyCount == 2)
    }

    @Test func theSourceCorrelatesWhatHasNoCorrelationIdentifier() {
        var event = PatternEvent(id: "1", type: "a", sourceID: "s", time: Fixture.start)
        #expect(event.key == "s")
        event.correlationID = "c"
        #expect(event.key == "c")
    }

    @Test func aPlanThatIsNotAppliedChangesNothing() throws {
        var fixture = Fixture(Fixture.pattern("a", min: 2))
        try fixture.feed("a", at: 0)
        let event = PatternEvent(id: "n", type: "a", correlationID: "k", time: Fixture.time(1))
        let plan = try fixture.engine.plan(event, now: Fixture.time(1))
        #expect(plan.matches.map(\.id) == ["n>p"])
        #expect(plan.changed.map(\.isUsed) == [true, true])
        #expect(fixture.engine.buffered.map(\.isUsed) == [false])
        #expect(try fixture.engine.plan(event, now: Fixture.time(1)).matches == plan.matches)
    }

    @Test func whatNoPatternTakesIsNotRemembered() throws {
        var fixture = Fixture(Fixture.pattern("a", min: 2))
        let event = PatternEvent(id: "n", type: "x", time: Fixture.start)
        #expect(try !fixture.engine.plan(event, now: Fixture.start).isAccepted)
        #expect(try fixture.feed("xyz").isEmpty)
        #expect(fixture.engine.keyCount == 0)
    }

    // MARK: - Bounds

    @Test func theOldestEventsGiveWay() throws {
        var fixture = Fixture(Fixture.pattern("ab", .all), limits: .init(events: 3))
        #expect(try fixture.feed("aaaaab") == [["a4", "a5", "b6"]])
        #expect(try fixture.feed("a", at: 6).isEmpty)
        // Used ones are bounded as well.
        #expect(fixture.engine.buffered.count == 4)
        let event = PatternEvent(id: "n", type: "a", correlationID: "k", time: Fixture.time(3))
        #expect(try fixture.engine.plan(event, now: Fixture.time(7)).dropped == 0)
    }

    @Test func theKeyOfTheOldestEventGivesWay() throws {
        var fixture = Fixture(Fixture.pattern("a", min: 2), limits: .init(keys: 2))
        for (index, key) in ["k", "l", "k", "m"].enumerated() { try fixture.feed("a", at: Double(index), key: key) }
        #expect(Set(fixture.engine.buffered.map(\.event.key)) == ["k", "m"])
        #expect(try fixture.feed("a", at: 4, key: "l").isEmpty)
        #expect(Set(fixture.engine.buffered.map(\.event.key)) == ["m", "l"])
    }

    @Test func memoryIsBoundedAndGivenBack() throws {
        let limits = EventPatternEngine.Limits(events: 1000, keys: 1000, bytes: 20_000)
        var fixture = Fixture(
            Fixture.pattern("a", min: 900, id: "p"), Fixture.pattern("a", min: 900, id: "q"), limits: limits)
        for index in 0..<400 {
            try fixture.feed(
                "a", at: Double(index) / 100, key: "k\(index % 5)", data: .string(String(repeating: "x", count: index)))
            #expect(fixture.engine.usedBytes <= limits.bytes)
        }
        #expect(fixture.engine.usedBytes == fixture.engine.buffered.reduce(0) { $0 + $1.size })
        #expect(fixture.engine.keyCount > 1)
        let large: JSONValue = .string(String(repeating: "x", count: 10_001))
        let error = #expect(throws: WorkflowError.self) { try fixture.feed("a", at: 5, data: large) }
        #expect(error?.code == .limitExceeded)
        fixture.engine.forget(now: Fixture.time(24))
        #expect(fixture.engine.usedBytes == 0)
        #expect(fixture.engine.keyCount == 0)
    }

    @Test func longIdentifiersAreRefused() throws {
        var fixture = Fixture(Fixture.pattern("a"))
        let error = #expect(throws: WorkflowError.self) {
            try fixture.feed("a", at: 0, key: String(repeating: "k", count: 513))
        }
        #expect(error?.code == .invalidInput)
    }

    // MARK: - Restart

    @Test func whatIsOfNoUseAfterARestartIsNamed() throws {
        var fixture = Fixture(Fixture.pattern("ab", min: 9, id: "p"), Fixture.pattern("a", min: 9, id: "q"))
        for (index, key) in ["k", "l", "m"].enumerated() { try fixture.feed("a", at: Double(index), key: key) }
        try fixture.feed("b", at: 3, key: "m")
        var engine = EventPatternEngine(
            patterns: [Fixture.pattern("a", min: 9, id: "p")], limits: .init(keys: 2))
        let useless = engine.restore(fixture.engine.buffered)
        #expect(Set(useless.map { "\($0.event.id)\($0.patternID)" }) == ["a1p", "a1q", "a2q", "a3q", "b4p"])
        #expect(engine.buffered.map(\.event.id) == ["a2", "a3"])
    }

    @Test func namesAreUniqueWhateverTheIdentifiers() {
        let names = [("p", "k", "1/1:x/2"), ("p", "k/7:1/1:x", "2"), ("p/1:k", "k", "1"), ("p", "k", "1")].map {
            pattern, key, id in
            let event = PatternEvent(id: id, type: "a", sourceID: key, time: Fixture.start)
            return BufferedEvent(patternID: pattern, event: event, receivedAt: Fixture.start, arrival: 1).name
        }
        #expect(Set(names).count == names.count)
    }
}
