import Testing
import Tracing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct SpanExportTests {
    private static let slow = "scheduleDelay: 1h"

    private static func dropped(_ reason: String) -> String { "otel_spans_dropped_total{reason=\"\(reason)\"}" }

    @Test func aFullBatchIsSentAtOnceAndTheRestAfterTheDelay() async throws {
        let clock = TestClock()
        var environment = EngineEnvironment(clock: clock, logger: .quiet)
        environment.random = { 1 }
        // Shorter than everything else that sleeps.
        let (delay, start) = (Duration.seconds(7), clock.now)
        let keys = "scheduleDelay: 7s, maxExportBatchSize: 3, maxQueueSize: 100"
        try await TracedApplication.run(keys, environment: environment) { app in
            try await app.makeSpans(2)
            try await waitUntil("the delay begins") { clock.nextDeadline == start.advanced(by: delay) }
            #expect(app.server.exports.isEmpty)
            try await app.makeSpans(5)
            try await waitUntil("two batches are sent, and the delay begins again") {
                app.metric("otel_spans_exported_total") == 6 && clock.nextDeadline == start.advanced(by: delay)
            }
            #expect(app.server.batches.map(\.count) == [3, 3])
            clock.advance(by: delay)
            try await waitUntil("the rest is sent") { app.metric("otel_spans_exported_total") == 7 }
            #expect(app.server.batches.map(\.count) == [3, 3, 1])
        }
    }

    @Test func spansWithoutRoomAreDroppedAndCounted() async throws {
        let (logger, lines) = LogRecorder.make()
        let keys = "scheduleDelay: 10ms, maxQueueSize: 4, maxExportBatchSize: 4"
        try await TracedApplication.run(keys, environment: EngineEnvironment(logger: logger)) { app in
            // The queue alone, without anybody who empties it.
            let losses = SpanLosses(environment: app.environment, logger: logger)
            let queue = SpanQueue(capacity: 4, batchSize: 4, alarm: Alarm(), losses: losses)
            let tracer = OTLPTracer(sampler: TraceSampler(.alwaysOn, ratio: 1), queue: queue)
            for _ in 0..<10 { tracer.startSpan("a", context: .topLevel).end() }
            #expect(app.metric(Self.dropped("queue_full")) == 6)
            #expect(queue.takeBatch().count == 4)
            #expect(queue.takeBatch().isEmpty)
            losses.report(problem: nil)
            losses.add(2, because: .queueFull)
            // Too early for another report.
            losses.report(problem: nil)
            let reports = lines.all.filter { $0.hasPrefix("Spans were dropped") }
            #expect(reports.count == 1)
            #expect(reports.first?.contains("otel.dropped=6") == true)
        }
    }

    @Test func lossesAreReportedOnceAMinuteAtMost() {
        let clock = TestClock()
        let (logger, lines) = LogRecorder.make()
        let losses = SpanLosses(environment: EngineEnvironment(clock: clock), logger: logger)
        losses.report(problem: nil)
        #expect(lines.all.isEmpty)
        for _ in 0..<5 {
            losses.add(3, because: .notTaken)
            losses.report(problem: "no answer")
            clock.advance(by: .seconds(25))
        }
        #expect(
            lines.all == [
                "Spans were dropped; the application is not affected error=no answer otel.dropped=3",
                "Spans were dropped; the application is not affected error=no answer otel.dropped=9",
            ])
        losses.report(problem: nil, isLast: true)
        #expect(lines.all.last?.hasSuffix("otel.dropped=3") == true)
    }

    @Test(arguments: [429, 502, 503, 504])
    func spansAreSentAgainAfterTheWaitThatTheCollectorAsksFor(status: Int) async throws {
        let clock = TestClock()
        var environment = EngineEnvironment(clock: clock, logger: .quiet)
        environment.random = { 0 }
        let busy = LoopbackServer.Answer(status: status, headers: ["Retry-After": "7"])
        let answer = LoopbackServer.answers([busy, .init()])
        try await TracedApplication.run(
            "maxExportBatchSize: 1", environment: environment, answer: answer
        ) { app in
            try await app.makeSpans(1)
            try await waitUntil("the first attempt has failed") {
                app.server.exports.count == 1 && clock.nextDeadline == clock.now.advanced(by: .seconds(7))
            }
            clock.advance(by: .seconds(7))
            try await waitUntil("the second attempt is made") { app.metric("otel_spans_exported_total") == 1 }
            #expect(app.server.spans.map(\.spanID).count == 2)
            #expect(Set(app.server.spans.map(\.spanID)).count == 1)
            #expect(app.metric(Self.dropped("not_taken")) == 0)
        }
    }

    @Test func aRefusalIsNotRepeated() async throws {
        let answer: @Sendable (LoopbackServer.Request) -> LoopbackServer.Answer = { _ in .init(status: 400) }
        try await TracedApplication.run(answer: answer) { app in
            try await app.makeSpans(1)
            try await waitUntil("the span is dropped") { app.metric(Self.dropped("refused")) == 1 }
            #expect(app.server.exports.count == 1)
            #expect(app.metric("otel_spans_exported_total") == 0)
        }
    }

    @Test func spansThatTheCollectorRejectsAreCounted() async throws {
        let body = #"{"partialSuccess": {"rejectedSpans": "2", "errorMessage": "too old"}}"#
        try await TracedApplication.run(
            "scheduleDelay: 1h, maxExportBatchSize: 5", answer: { _ in .init(body: Array(body.utf8)) }
        ) { app in
            try await app.makeSpans(5)
            try await waitUntil("the spans are sent") { app.metric("otel_spans_exported_total") == 3 }
            #expect(app.metric(Self.dropped("refused")) == 2)
        }
    }

    @Test func aCollectorThatIsDownDoesNotConcernTheApplication() async throws {
        let (logger, lines) = LogRecorder.make()
        let environment = EngineEnvironment(logger: logger)
        let yaml = """
            modules:
              - name: tracing
                type: observability.otel
                config: {endpoint: 'http://127.0.0.1:1', scheduleDelay: 1ms, exportTimeout: 50ms, headers: {a: hidden}}
              - {name: traces, type: test.traces}
              - {name: events, type: messaging.broker}
              - {name: seen, type: test.recorder}
            workflows:
              messaging: {subscriptions: [{topic: a.b, handler: seen}]}
            """
        try await withTestEngine(yaml, registry: TracedApplication.registry, environment: environment) { engine in
            let broker = try engine.service(GenerationBroker.self, named: "events")
            try await broker.publish(Message(id: "1", topic: "a.b", payload: 1, timestamp: environment.clock.now))
            let recorder = try engine.service(RecorderModule.self, named: "seen").recorder
            _ = try await recorder.waitForMessages(1)
            let registry = environment.metrics.registry
            try await waitUntil("the spans are dropped") {
                String(decoding: registry.render(), as: UTF8.self).contains("\(Self.dropped("not_taken")) 2")
            }
            try await waitUntil("the loss is logged") { lines.all.contains { $0.hasPrefix("Spans were dropped") } }
        }
        #expect(!lines.all.contains { $0.contains("hidden") || $0.contains("v1/traces") })
    }

    @Test func theEndSendsWhatIsLeft() async throws {
        let sent = TestCounter()
        try await TracedApplication.run(
            Self.slow, environment: EngineEnvironment(logger: .quiet),
            answer: { request in
                for _ in LoopbackServer.spans(of: request) { sent.increment() }
                return .init()
            }
        ) { app in
            try await app.makeSpans(1000)
            #expect(app.server.exports.count <= 1)
        }
        #expect(sent.value == 1000)
    }

    @Test func theEndDoesNotWaitForACollectorThatHangs() async throws {
        let (logger, lines) = LogRecorder.make()
        let environment = EngineEnvironment(logger: logger)
        let start = ContinuousClock.now
        try await TracedApplication.run(
            "scheduleDelay: 1h, shutdownTimeout: 100ms", environment: environment,
            answer: { _ in .init(status: 503, headers: ["Retry-After": "20"]) }
        ) { app in
            try await app.makeSpans(3)
        }
        #expect(ContinuousClock.now - start < .seconds(15))
        let text = String(decoding: environment.metrics.registry.render(), as: UTF8.self)
        #expect(text.contains("\(Self.dropped("shutdown")) 3"))
        #expect(lines.all.contains { $0.hasPrefix("Spans were dropped") && $0.contains("otel.dropped=3") })
    }
}
