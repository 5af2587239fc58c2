#if JavaScript
import Foundation
import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowJavaScript

/// A slot without a worker: the test is the worker.
private struct ManualTransport: ScriptTransport {
    func start(_ slot: ScriptWorkerSlot) {}
    func outputIsReady(_ slot: ScriptWorkerSlot) {}
    func wake() {}
}

@Suite("JavaScript runtime: slot")
struct WorkerSlotTests {
    private let slot = ScriptWorkerSlot(transport: ManualTransport())

    private func receive(_ kind: ScriptFrameKind, id: UInt64, _ payload: [UInt8] = []) {
        payload.withUnsafeBytes { slot.receive(ScriptFrame(kind: kind, component: 1, id: id, payload: $0)) }
    }

    private func load() async throws {
        let component = ScriptWorkerSlot.Component(
            name: "x.js", host: RecordingScriptHost(), limits: EngineLimits(ScriptLimits(), logLevel: "debug"),
            load: [])
        async let payload = slot.loadComponent(1, component)
        #expect(await eventually { slot.hasCalls })
        receive(.result, id: 1)
        _ = try await payload
    }

    private func call() async throws -> Task<[UInt8], any Error> {
        let before = slot.load.calls
        let task = Task { [slot] in try await slot.call(.execute, component: 1, []) }
        #expect(await eventually { slot.load.calls > before })
        return task
    }

    /// The kinds and ids of the frames that wait to be written.
    private func frames() -> [String] {
        var bytes: [UInt8] = []
        slot.takeOutput(into: &bytes)
        var frames: [String] = []
        _ = bytes.withUnsafeBytes { ScriptFrame.forEach(in: $0) { frames.append("\($0.kind) \($0.id)") } }
        return frames
    }

    @Test("a call that ends its worker has itself to blame; others do not")
    func blame() async throws {
        try await load()
        for (end, code) in [
            (.overran, .timeLimit), (.exited(signal: 11), .memoryLimit), (.exited(signal: 15), .thrown),
        ] as [(WorkerEnd, ScriptError.Code)] {
            // A component of its own, since the third strike suspends it.
            let slot = WorkerSlotTests()
            try await slot.load()
            let guilty = try await slot.call()
            let innocent = try await slot.call()
            slot.slot.workerEnded(end, executing: .init(sequence: 1, call: 2, component: 1))
            await #expect { try await guilty.value } throws: { ($0 as? ScriptError)?.code == code }
            await #expect { try await innocent.value } throws: { ($0 as? ScriptError)?.isInnocent == true }
        }
    }

    @Test("a component that runs in the background is blamed without a call, and not loaded again after three times")
    func background() async throws {
        try await load()
        for ending in 1...3 {
            #expect(slot.suspension(of: 1) == nil)
            slot.workerEnded(.overran, executing: .init(sequence: 1, call: 1, component: 1))
            #expect(frames() == (ending < 3 ? ["load \(ending + 1)"] : []))
        }
        let suspension = try #require(slot.suspension(of: 1))
        #expect(suspension.code == .suspended)
        #expect(try #require(suspension.retryAfter) > .seconds(4))
        await #expect { try await slot.call(.execute, component: 1, []) } throws: {
            ($0 as? ScriptError)?.code == .suspended
        }
    }

    @Test(
        "a worker that ends through no fault of a component is no strike",
        arguments: [WorkerEnd.retired, .unresponsive]
    )
    func noStrike(end: WorkerEnd) async throws {
        try await load()
        for _ in 1...5 { slot.workerEnded(end, executing: .init(sequence: 1, call: 1, component: 1)) }
        for _ in 1...5 { slot.workerEnded(.overran, executing: nil) }
        #expect(slot.suspension(of: 1) == nil)
    }

    @Test("a worker's memory that is used up is one strike, however many calls fail of it")
    func memory() async throws {
        try await load()
        for ending in 1...3 {
            #expect(slot.suspension(of: 1) == nil)
            slot.workerStarted(socket: SocketHandle(dup(2)), parent: 1)
            for _ in 1...4 {
                let call = try await call()
                let id = try #require(slot.state.withLock { $0.calls.keys.max() })
                receive(.failure, id: id, ScriptFailure(.memoryLimit, "out of memory").payload)
                await #expect { try await call.value } throws: { error in
                    [.memoryLimit, .suspended].contains((error as? ScriptError)?.code)
                }
                if ending == 3 { break }
            }
            slot.workerEnded(.retired, executing: nil)
            let reload = slot.state.withLock { $0.calls.keys.max() }
            if let reload { receive(.result, id: reload) }
        }
        #expect(slot.suspension(of: 1)?.message.contains("memory") == true)
    }

    @Test("calls that wait for the next worker and are cancelled do not reach it")
    func cancelledHeldCall() async throws {
        try await load()
        _ = frames()
        slot.state.withLock { $0.retireBy = .max }
        let cancelled = try await call()
        let kept = try await call()
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        slot.workerEnded(.retired, executing: nil)
        #expect(frames() == ["load 4", "execute 3"])
        receive(.result, id: 3, [1])
        #expect(try await kept.value == [1])
    }

    @Test("a suspended component is loaded for one call when its rest is over")
    func halfOpen() async throws {
        try await load()
        _ = frames()
        slot.state.withLock { state in
            for _ in 1...3 { state.components[1]?.breaker.strike(.processorTime, now: 0) }
        }
        #expect(slot.suspension(of: 1) == nil)
        let probe = try await call()
        #expect(frames() == ["load 3", "execute 2"])
        await #expect { try await slot.call(.execute, component: 1, []) } throws: {
            ($0 as? ScriptError)?.code == .suspended
        }
        receive(.result, id: 3)
        receive(.failure, id: 2, ScriptFailure(.thrown, "no").payload)
        await #expect { try await probe.value } throws: { ($0 as? ScriptError)?.code == .thrown }
        // It ran the call: whatever came of it, the worker lives.
        let next = try await call()
        #expect(frames() == ["execute 5"])
        receive(.result, id: 5, [1])
        #expect(try await next.value == [1])
    }

    @Test("a component that cannot be loaded again is tried again when its pause is over")
    func reloads() async throws {
        try await load()
        slot.workerEnded(.exited(signal: 9), executing: nil)
        #expect(frames() == ["load 2"])
        receive(.failure, id: 2, ScriptFailure(.thrown, "no connection").payload)
        let error = try #require(slot.suspension(of: 1))
        #expect(error.message.contains("no connection"))
        #expect(frames() == ["unload 0"])
        let (_, next) = slot.revive(now: 0)
        #expect(!slot.revive(now: next - 1).isReady)
        #expect(slot.revive(now: next).isReady)
        #expect(frames() == ["load 3"])
        receive(.result, id: 3)
        #expect(slot.suspension(of: 1) == nil)
    }
}
#endif
