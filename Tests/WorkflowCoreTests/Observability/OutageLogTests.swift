import Logging
import Synchronization
import Testing
import WorkflowTesting

@testable import WorkflowCore

@Suite struct OutageLogTests {
    private final class Lines: Sendable {
        private let all = Mutex<[String]>([])

        var taken: [String] {
            all.withLock { lines in
                defer { lines = [] }
                return lines
            }
        }

        func append(_ line: String) { all.withLock { $0.append(line) } }
    }

    private struct Handler: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let data = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            lines.append("\(event.level): \(event.message) \(data.joined(separator: " "))")
        }
    }

    private let lines = Lines()
    private let clock = TestClock()

    private var outages: OutageLog {
        let lines = lines
        return OutageLog(of: "store", clock: clock, logger: Logger(label: "test") { _ in Handler(lines: lines) })
    }

    @Test func anOutageIsAFewLinesHoweverMuchFails() {
        let outages = outages
        outages.worked()
        #expect(lines.taken == [])
        for _ in 0..<1000 { outages.failed(WorkflowError(.unavailable, "gone"), metadata: ["item": "1"]) }
        #expect(lines.taken == ["error: An outage begins error=gone item=1 outage.of=store"])
        for _ in 0..<25 {
            clock.advance(by: .seconds(1))
            outages.failed(WorkflowError(.unavailable, "still gone"))
        }
        #expect(
            lines.taken == [
                "error: The outage goes on error=still gone outage.failures=1009 outage.lasts=10.0s outage.of=store",
                "error: The outage goes on error=still gone outage.failures=10 outage.lasts=20.0s outage.of=store",
            ])
        #expect(outages.isOutage)
        clock.advance(by: .seconds(2))
        outages.worked()
        outages.worked()
        #expect(lines.taken == ["notice: The outage is over outage.failures=1025 outage.lasted=25.0s outage.of=store"])
        #expect(!outages.isOutage)
        outages.failed(WorkflowError(.unavailable, "gone"), "Work cannot be claimed")
        #expect(lines.taken == ["error: Work cannot be claimed error=gone outage.of=store"])
    }

    @Test func whatComesAndGoesIsOneOutage() {
        let outages = outages
        for _ in 0..<9 {
            outages.failed(WorkflowError(.unavailable, "gone"))
            clock.advance(by: .seconds(1))
            outages.worked()
        }
        #expect(lines.taken.count == 1)
    }
}
