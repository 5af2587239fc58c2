#if JavaScript
import Synchronization
import WorkflowCore

extension ScriptWorkerSlot {
    /// Takes a frame from the worker. Called on the transport's thread.
    func receive(_ frame: ScriptFrame) {
        switch frame.kind {
        case .result:
            guard let call = state.withLock({ Self.succeeded(frame.id, in: &$0) }) else { return }
            call.continuation?.resume(returning: [UInt8](frame.payload))
        case .failure:
            let error = ScriptFailure(reading: frame.payload).error
            let (call, notice) = state.withLock { Self.failed(frame.id, error, in: &$0) }
            report(notice)
            call?.continuation?.resume(throwing: error)
        case .hostCall:
            answer(frame)
        case .log:
            log(frame)
        case .pressure:
            retire()
        case .overspent:
            report(state.withLock { Self.strike(frame.component, .backgroundTime, in: &$0) })
        default:
            break
        }
    }

    private static func succeeded(_ id: UInt64, in state: inout State) -> PendingCall? {
        guard let call = state.calls.removeValue(forKey: id) else { return nil }
        if call.kind == .load { state.components[call.component]?.isLoaded = true }
        if call.kind == .start { state.components[call.component]?.isStarted = true }
        state.components[call.component]?.breaker.ended(id, isProof: true)
        return call
    }

    private static func failed(
        _ id: UInt64, _ error: ScriptError, in state: inout State
    ) -> (PendingCall?, Notice?) {
        guard let call = state.calls.removeValue(forKey: id) else { return (nil, nil) }
        var notice: Notice?
        if call.continuation == nil {
            notice = strike(call.component, .reload("\(error)"), in: &state)
        } else if error.code == .memoryLimit {
            notice = strikeForMemory(call.component, in: &state)
        }
        state.components[call.component]?.breaker.ended(id, isProof: !error.isInnocent)
        return (call, notice)
    }

    /// Logs that a component is suspended, and lets the worker know.
    private func report(_ notice: Notice?) {
        guard let notice else { return }
        outputIsReady()
        notice.log()
    }

    private func log(_ frame: ScriptFrame) {
        guard let host = state.withLock({ $0.components[frame.component]?.host }) else { return }
        var reader = ScriptPayloadReader(frame.payload)
        let levels = EngineLimits.logLevels
        let level = reader.number()
        let message = reader.text()
        let text = reader.textBytes()
        var metadata = JSONObject()
        if !text.isEmpty {
            if case .object(let object) = try? JSONValue(parsing: text) {
                metadata = object
            } else {
                metadata["value"] = .string(String(decoding: text, as: UTF8.self))
            }
        }
        host.log(level: levels.indices.contains(level) ? levels[level] : "info", message: message, metadata: metadata)
    }
}
#endif
