#if JavaScript
import CJavaScriptCore
import Dispatch
import WorkflowCore

/// Serves a slot with an engine on a thread of this process.
final class InProcessTransport: ScriptTransport {
    private let semaphore = DispatchSemaphore(value: 0)

    func start(_ slot: ScriptWorkerSlot) {
        let isStarted = DedicatedThread.start { [self] in
            run(slot)
            slot.workerEnded(.closed, executing: nil)
            slot.finished()
        }
        if !isStarted {
            slot.workerEnded(.notStarted("no thread for a script engine could be started"), executing: nil)
            slot.finished()
        }
    }

    func wake() {
        semaphore.signal()
    }

    func outputIsReady(_ slot: ScriptWorkerSlot) {
        semaphore.signal()
    }

    private func run(_ slot: ScriptWorkerSlot) {
        let marker = StretchMarker.allocate()
        defer { marker.deallocate() }
        let engine = ScriptEngine(marker: marker) { bytes in
            _ = bytes.withUnsafeBytes { ScriptFrame.forEach(in: $0) { slot.receive($0) } }
            bytes.removeAll(keepingCapacity: true)
        }
        guard let engine else {
            slot.workerEnded(.notStarted(ScriptEngine.cannotStart), executing: nil)
            return
        }
        engine.warmUp()
        var input: [UInt8] = []
        while !slot.isClosed {
            input.removeAll(keepingCapacity: true)
            let (_, revival) = slot.revive(now: workflow_monotonic_time())
            slot.takeOutput(into: &input)
            if input.isEmpty {
                engine.flushOutput()
                wait(until: min(engine.nextDeadline, revival))
            } else {
                _ = input.withUnsafeBytes { ScriptFrame.forEach(in: $0) { engine.handle($0) } }
            }
            engine.runDue()
        }
    }

    private func wait(until deadline: UInt64) {
        guard deadline != .max else {
            semaphore.wait()
            return
        }
        let now = workflow_monotonic_time()
        guard deadline > now else { return }
        _ = semaphore.wait(timeout: .now() + .nanoseconds(Int(clamping: deadline - now)))
    }
}
#endif
