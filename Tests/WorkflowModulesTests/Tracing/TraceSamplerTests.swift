import Testing
import WorkflowCore

@testable import WorkflowModules

@Suite struct TraceSamplerTests {
    private static func parent(sampled: Bool, remote: Bool) -> TraceContext {
        TraceContext(
            traceID: .init(high: 1, low: 2), spanID: 3, flags: sampled ? TraceContext.sampledFlag : 0, isRemote: remote)
    }

    @Test(arguments: [0.0, 0.01, 0.25, 0.5, 1])
    func theRatioIsTheShareOfTracesThatIsRecorded(ratio: Double) {
        let identifiers = TraceIdentifiers(seed: 1, salt: 2)
        let sampler = TraceSampler(.parentRatio, ratio: ratio)
        let count = 20_000
        let recorded = (0..<count).count { _ in sampler.records(identifiers.nextTrace(), parent: nil) }
        // Four standard deviations.
        let tolerance = 4 * (ratio * (1 - ratio) * Double(count)).squareRoot()
        #expect(abs(Double(recorded) - ratio * Double(count)) <= tolerance)
    }

    @Test func whatALowRatioRecordsAHigherOneRecordsAsWell() {
        let identifiers = TraceIdentifiers(seed: 5, salt: 6)
        let (low, high) = (TraceSampler(.ratio, ratio: 0.1), TraceSampler(.ratio, ratio: 0.3))
        let traces = (0..<5000).map { _ in identifiers.nextTrace() }
        #expect(traces.allSatisfy { !low.records($0, parent: nil) || high.records($0, parent: nil) })
        #expect(traces.contains { high.records($0, parent: nil) && !low.records($0, parent: nil) })
    }

    @Test(arguments: [
        (TraceSampler.Kind.alwaysOn, true, true, true), (.alwaysOff, false, false, false),
        (.ratio, false, false, false), (.parentAlwaysOn, true, true, false), (.parentAlwaysOff, false, true, false),
        (.parentRatio, false, true, false),
    ])
    func theKindDecidesWhetherTheCallerDoes(
        kind: TraceSampler.Kind, root: Bool, sampledCaller: Bool, otherCaller: Bool
    ) {
        let sampler = TraceSampler(kind, ratio: 0)
        let trace = TraceContext.TraceID(high: 9, low: .max)
        let isFull = kind == .ratio || kind == .parentRatio
        #expect(TraceSampler(kind, ratio: 1).records(trace, parent: nil) == (isFull || root))
        #expect(sampler.records(trace, parent: nil) == root)
        #expect(sampler.records(trace, parent: Self.parent(sampled: true, remote: true)) == sampledCaller)
        #expect(sampler.records(trace, parent: Self.parent(sampled: false, remote: true)) == otherCaller)
    }

    @Test(arguments: TraceSampler.Kind.allCases)
    func aTraceThatBeganHereStaysAsItIs(kind: TraceSampler.Kind) {
        let sampler = TraceSampler(kind, ratio: 0.5)
        for isSampled in [true, false] {
            let parent = Self.parent(sampled: isSampled, remote: false)
            #expect(sampler.records(parent.traceID, parent: parent) == isSampled)
        }
    }

    @Test(arguments: [200, 202, 204])
    func aSuccessIsTaken(status: Int) {
        let verdict = ExportPolicy().verdict(on: 1, elapsed: .zero, status: status, retryAfter: nil, random: 1)
        #expect(verdict == .taken)
    }

    @Test(arguments: [301, 400, 401, 404, 408, 413, 500, 501])
    func otherAnswersAreNotRepeated(status: Int) {
        let verdict = ExportPolicy().verdict(
            on: 1, elapsed: .zero, status: status, retryAfter: .seconds(1), random: 1)
        #expect(verdict == .refused)
    }

    @Test(arguments: [nil, 429, 502, 503, 504])
    func thoseOfTheSpecificationAreRepeatedWhileThereIsTime(status: Int?) {
        func verdict(_ attempt: Int, _ elapsed: Int, _ retryAfter: Duration? = nil) -> ExportPolicy.Verdict {
            ExportPolicy().verdict(
                on: attempt, elapsed: .seconds(elapsed), status: status, retryAfter: retryAfter, random: 1)
        }
        #expect(verdict(1, 0) == .retry(after: .seconds(1)))
        #expect(verdict(3, 5) == .retry(after: .seconds(4)))
        #expect(verdict(9, 5) == .retry(after: .seconds(10)))
        #expect(verdict(1, 0, .seconds(7)) == .retry(after: .seconds(7)))
        #expect(verdict(1, 29) == .exhausted)
        #expect(verdict(1, 0, .seconds(30)) == .exhausted)
    }
}
