import Logging
import Testing
import WorkflowCore

@testable import WorkflowPlatform

/// What waits to be written when it cannot be.
@Suite struct LogQueueTests {
    private func line(_ level: LogLevel, _ workflow: String) throws -> LogLine {
        LogLine(
            key: DeploymentKey(try workflowID(workflow)), level: level, message: "x", module: "", execution: "",
            trace: "",
            fields: [:], time: Timestamp(nanoseconds: 0))
    }

    @Test func errorsHaveRoomWhenNothingElseHas() throws {
        let queue = LogQueue(limit: 8 * 100 * 257, onLine: {})
        for level in [LogLevel.debug, .info, .warn, .error] {
            for _ in 0..<200 { queue.append(try line(level, "a")) }
        }
        let batches = queue.take(1000)
        let levels = LogLevel.allCases.map { level in batches.flatMap(\.lines).count { $0.level == level } }
        #expect(levels == [50, 25, 12, 13, 0])
        #expect(batches.map(\.lost) == [700])
        #expect(queue.count == 0)
    }

    @Test func aWorkflowDoesNotTakeTheRoomOfOthers() throws {
        let queue = LogQueue(limit: 8 * 100 * 257, onLine: {})
        for _ in 0..<1000 { queue.append(try line(.info, "loud")) }
        for _ in 0..<10 { queue.append(try line(.info, "calm")) }
        let batches = queue.take(1000)
        #expect(batches.map(\.key.workflow) == [try workflowID("loud"), try workflowID("calm")])
        #expect(batches.map(\.lines.count) == [75, 10])
        #expect(batches.map(\.lost) == [925, 0])
    }

    @Test func workflowsTakeTurns() throws {
        let queue = LogQueue(limit: 64 << 20, onLine: {})
        for _ in 0..<1200 { queue.append(try line(.info, "loud")) }
        queue.append(try line(.info, "calm"))
        #expect(queue.take(1).map(\.lines.count) == [1])
        #expect(queue.take(501).map(\.lines.count) == [1, 500])
        #expect(queue.take(10_000).map(\.lines.count) == [500, 199])
        #expect(queue.take(1).isEmpty)
    }

    @Test func whatWasTakenComesBackInOrder() throws {
        let queue = LogQueue(limit: 64 << 20, onLine: {})
        queue.append(try line(.info, "a"))
        let batch = try #require(queue.take(10).first)
        queue.append(try line(.error, "a"))
        queue.putBack(batch)
        #expect(queue.take(10).map { $0.lines.map(\.level) } == [[.info, .error]])
    }
}
