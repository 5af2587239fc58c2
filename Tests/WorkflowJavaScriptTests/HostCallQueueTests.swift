#if JavaScript
import Testing

@testable import WorkflowJavaScript

@Suite("JavaScript runtime: host calls")
struct HostCallQueueTests {
    private func call(_ id: UInt64, of call: UInt64 = 1, bytes: Int = 1) -> HostCallQueue.Call {
        .init(id: id, call: call, function: "f", arguments: [UInt8](repeating: 0, count: bytes))
    }

    @Test("a bounded number is executed, the others wait in order")
    func concurrency() {
        var queue = HostCallQueue()
        for id in 0..<UInt64(70) { _ = queue.add(call(id)) }
        var begun: [UInt64] = []
        while let next = queue.next() { begun.append(next.id) }
        #expect(begun == Array(0..<64))
        let ended = [queue.end(7), queue.end(7)]
        #expect(ended == [true, false])
        let next = [queue.next()?.id, queue.next()?.id]
        #expect(next == [64, nil])
    }

    @Test("number and bytes are bounded, and what has ended counts no more")
    func budget() {
        var queue = HostCallQueue()
        let first = [call(0, bytes: EngineLimits.hostCallBytes), call(1)].map { queue.add($0) }
        #expect(first == [nil, EngineLimits.tooMuchHostCallData])
        _ = queue.next()
        _ = queue.end(0)
        let refusals = (0...UInt64(EngineLimits.hostCalls)).map { queue.add(call($0, of: $0 % 2)) }
        #expect(refusals.compactMap { $0 } == [EngineLimits.tooManyHostCalls])
        while queue.next() != nil {}
        queue.cancel(of: 1)
        #expect(queue.count == EngineLimits.hostCalls / 2)
        queue.cancel(of: nil)
        #expect(queue.count == 0)
        let again = queue.add(call(0, bytes: EngineLimits.hostCallBytes))
        #expect(again == nil)
    }
}
#endif
