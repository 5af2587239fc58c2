import Testing

@testable import WorkflowCore

/// Compares the engine with a slow one that keeps everything and follows the words of the documentation.
@Suite struct EventReferenceTests {
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let mixed = (state ^ (state >> 33)) &* 0xFF51_AFD7_ED55_8CCD
            return mixed ^ (mixed >> 33)
        }
    }

    /// One pattern and one key, with all events that ever came in.
    private struct Reference {
        struct Entry {
            let event: PatternEvent
            let receivedAt: Timestamp
            let arrival: Int
            var isUsed = false
            var isGone = false
        }

        let pattern: EventPattern
        var entries: [Entry] = []

        mutating func add(_ event: PatternEvent, now: Timestamp) -> [String]? {
            for index in entries.indices where entries[index].receivedAt.advanced(by: pattern.window * 2) <= now {
                entries[index].isGone = true
            }
            let known = entries.filter { !$0.isGone }
            if known.contains(where: { $0.event.id == event.id }) { return nil }
            let end = (known.map(\.event.time) + [event.time]).max() ?? event.time
            if event.time.duration(to: end) > pattern.window { return nil }
            entries.append(Entry(event: event, receivedAt: now, arrival: entries.count))
            for index in entries.indices where entries[index].event.time.duration(to: end) > pattern.window {
                entries[index].isGone = true
            }
            let waiting = entries.filter { !$0.isGone && !$0.isUsed }
                .sorted { ($0.event.time, $0.arrival) < ($1.event.time, $1.arrival) }
            guard occurs(waiting.map(\.event.type)) else { return nil }
            for index in entries.indices where !entries[index].isGone { entries[index].isUsed = true }
            return waiting.map(\.event.id)
        }

        private func occurs(_ types: [String]) -> Bool {
            guard types.count >= max(1, pattern.minOccurs) else { return false }
            guard pattern.maxOccurs == 0 || types.count <= pattern.maxOccurs else { return false }
            let isAll = Set(pattern.eventTypes).allSatisfy { type in
                types.count { $0 == type } >= pattern.eventTypes.count { $0 == type }
            }
            let isSequence = subsequenceExists(pattern.eventTypes[...], types[...])
            if pattern.orderMatters && !isSequence { return false }
            switch pattern.condition {
            case .count: return true
            case .all: return isAll
            case .sequence: return isSequence
            case .expression: return types.last == "b"
            }
        }

        private func subsequenceExists(_ wanted: ArraySlice<String>, _ types: ArraySlice<String>) -> Bool {
            guard let first = wanted.first else { return true }
            return types.indices.contains { index in
                types[index] == first && subsequenceExists(wanted.dropFirst(), types[(index + 1)...])
            }
        }
    }

    private static func patterns(_ random: inout Generator) throws -> [EventPattern] {
        let lastIsB = EventPattern.Condition.expression(try Expression("last.type == 'b'"))
        return try (0..<3).map { index in
            let conditions: [EventPattern.Condition] = [.count, .all, .sequence, lastIsB]
            let types = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                String("abc".randomElement(using: &random) ?? "a")
            }
            return EventPattern(
                id: "p\(index)", eventTypes: types, window: .seconds(Int.random(in: 1...12, using: &random)),
                condition: try #require(conditions.randomElement(using: &random)),
                minOccurs: Int.random(in: 0...4, using: &random),
                maxOccurs: Bool.random(using: &random) ? 0 : Int.random(in: 3...6, using: &random),
                orderMatters: Int.random(in: 0..<4, using: &random) == 0)
        }
    }

    /// The engine may forget, and be restarted from what a store has kept, at any time.
    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func matchesAreThoseOfTheReference(seed: UInt64) throws {
        var random = Generator(state: seed)
        let patterns = try Self.patterns(&random)
        var references: [String: Reference] = [:]
        var engine = EventPatternEngine(patterns: patterns)
        var kept: [String: BufferedEvent] = [:]
        var now = 100.0
        for step in 0..<150 {
            now += Double.random(in: 0..<1.5, using: &random)
            if Int.random(in: 0..<25, using: &random) == 0 { now += 10 }
            let isAgain = Int.random(in: 0..<10, using: &random) == 0
            let lateness = Double(Int.random(in: -1...1, using: &random) * Int.random(in: 0...14, using: &random))
            let event = PatternEvent(
                id: "e\(isAgain ? max(0, step - 3) : step)", type: String("abcx".randomElement(using: &random) ?? "a"),
                sourceID: Bool.random(using: &random) ? "k" : "l", time: EventFixture.time((now - lateness).rounded()))
            let time = EventFixture.time(now)
            var expected: [[String]] = []
            for pattern in patterns where pattern.eventTypes.contains(event.type) {
                var clamped = event
                clamped.time = min(event.time, time)
                let name = "\(pattern.id)\(event.key)"
                if let match = references[name, default: Reference(pattern: pattern)].add(clamped, now: time) {
                    expected.append(match)
                }
            }
            let plan = try engine.plan(event, now: time)
            #expect(plan.matches.map { $0.events.map(\.id) } == expected, "step \(step)")
            for entry in plan.changed { kept[entry.name] = entry }
            for entry in plan.removed { kept[entry.name] = nil }
            engine.apply(plan)
            if Int.random(in: 0..<8, using: &random) == 0 { engine.forget(now: time) }
            if Int.random(in: 0..<30, using: &random) == 0 {
                engine = EventPatternEngine(patterns: patterns)
                let stored = kept.values.filter { entry in
                    let retention = patterns.first { $0.id == entry.patternID }?.retention ?? .zero
                    return entry.receivedAt.advanced(by: retention) > time
                }
                #expect(engine.restore(stored.compactMap { BufferedEvent(json: $0.json) }).isEmpty)
            }
        }
    }
}
