#if JavaScript
import Testing
import WorkflowCore

@testable import WorkflowJavaScript

@Suite("JavaScript runtime: parts")
struct ScriptPartsTests {
    @Test("frames survive being cut anywhere")
    func frames() throws {
        var bytes: [UInt8] = []
        for id in UInt64(1)...3 {
            let payload = [UInt8](repeating: UInt8(id), count: Int(id) * 7)
            payload.withUnsafeBytes { ScriptFrame.append(.execute, component: 9, id: id, payload: $0, to: &bytes) }
        }
        for cut in 0...bytes.count {
            var seen: [UInt64] = []
            let used = try #require(
                bytes[..<cut].withUnsafeBytes { part in ScriptFrame.forEach(in: part) { seen.append($0.id) } })
            _ = bytes[used...].withUnsafeBytes { rest in ScriptFrame.forEach(in: rest) { seen.append($0.id) } }
            #expect(seen == [1, 2, 3])
        }
    }

    @Test("bytes that are no frames are noticed")
    func garbage() {
        let bytes = [UInt8](repeating: 0xFF, count: 64)
        #expect(bytes.withUnsafeBytes { ScriptFrame.forEach(in: $0) { _ in } } == nil)
    }

    @Test("payloads read what was written, and nothing where nothing is")
    func payloads() {
        var writer = ScriptPayloadWriter()
        writer.number(-5)
        writer.text("Grüße")
        writer.text("")
        writer.bytes.withUnsafeBytes { bytes in
            var reader = ScriptPayloadReader(bytes)
            #expect(reader.number() == -5)
            #expect(reader.text() == "Grüße")
            #expect(reader.text() == "")
            #expect(reader.text() == "")
            #expect(reader.number() == 0)
        }
    }

    @Test("timers come in the order of their time and can be removed")
    func timers() {
        var timers = EngineTimers()
        for (id, deadline) in [(1, 30), (2, 10), (3, 20), (4, 10)] as [(UInt64, UInt64)] {
            timers.add(.init(deadline: deadline, id: id, component: 1, origin: .init(call: id, isBackground: false)))
        }
        #expect(timers.next == 10)
        #expect(timers.remove(3)?.id == 3)
        #expect(timers.remove(3) == nil)
        #expect(timers.takeDue(now: 5) == nil)
        var order: [UInt64] = []
        while let timer = timers.takeDue(now: 100) { order.append(timer.id) }
        #expect(order == [2, 4, 1])
    }

    @Test("the guard blames a stretch only for its own time")
    func stretchGuard() {
        let limit = (cpuTime: UInt64(100_000_000), wallTime: UInt64(10_000_000_000))
        let first = StretchMarker.Stretch(sequence: 1, call: 1, component: 1)
        let second = StretchMarker.Stretch(sequence: 3, call: 2, component: 1)
        var watch = StretchGuard()
        let ms: UInt64 = 1_000_000
        let looks: [(stretch: StretchMarker.Stretch?, cpuTime: UInt64, now: UInt64)] = [
            (first, 5, 0), (first, 300, 300), (second, 400, 400), (nil, 0, 600), (second, 700, 700),
            (second, 1100, 1100),
            (second, 701, 20_000),
        ]
        let verdicts = looks.map {
            watch.isOverrun($0.stretch, cpuTime: $0.cpuTime * ms, now: $0.now * ms, limit: limit)
        }
        #expect(verdicts == [false, false, false, false, false, true, true])
    }

    @Test("base64 refuses what is none", arguments: ["A", "AA=A", "A===", "A*==", "====="])
    func base64(text: String) {
        #expect(Array(text.utf8).withUnsafeBytes { ScriptBase64.decode($0) } == nil)
    }

    @Test("places in the prelude are of no use; those in the component are found in the stack")
    func places() {
        let place = SourcePlace(
            line: 7, column: 3, url: Prelude.sourceName,
            stack: "run@workflow:prelude:7:3\nexecute@a:b.js:12:5\nmodule code@a:b.js:1:1", sourceName: "a:b.js")
        #expect(place.line == 12)
        #expect(place.column == 5)
    }
}
#endif
