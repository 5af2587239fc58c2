#if JavaScript
import Synchronization
import WorkflowCore

extension ScriptWorkerSlot {
    /// Takes a frame from the worker. Called on the transport's thread.
    func receive(_ frame: ScriptFrame) {
        switch frame.kind {
        case .result:
            guard let call = take(frame.id) else { return }
            call.continuation?.resume(returning: [UInt8](frame.payload))
        case .failure:
            guard let call = take(frame.id) else { return }
            let error = ScriptFailure(reading: frame.payload).error
            if call.continuation == nil { lose(call.component, error) }
            call.continuation?.resume(throwing: error)
        case .hostCall:
            answer(frame)
        case .log:
            log(frame)
        case .pressure:
            retire()
        default:
            break
        }
    }

    private func take(_ id: UInt64) -> PendingCall? {
        state.withLock { $0.calls.removeValue(forKey: id) }
    }

    /// A component that could be loaded once could not be loaded or started again.
    private func lose(_ component: UInt32, _ error: ScriptError) {
        state.withLock { state in
            state.components[component]?.loss = ScriptError(
                .workerLost, "the component could not be loaded again into a new worker: \(error)")
        }
    }

    // MARK: Host calls

    private func answer(_ frame: ScriptFrame) {
        var reader = ScriptPayloadReader(frame.payload)
        let call = UInt64(clamping: reader.number())
        let function = reader.text()
        let arguments = [UInt8](reader.textBytes())
        let (component, id) = (frame.component, frame.id)
        let found = state.withLock { state -> (any ScriptHost, Int)? in
            guard let host = state.components[component]?.host else { return nil }
            state.hostTasks[id] = HostTask(call: call)
            return (host, state.generation)
        }
        guard let (host, generation) = found else { return }
        // Begins here, since most answers are there at once. The script's call waits for it, but no task of ours does; it
        // is cancelled with the call or the worker.
        let task = Task.immediate { [weak self] in
            let (kind, payload) = await Self.answer(host, function, arguments)
            self?.reply(kind, component: component, id: id, payload, generation: generation)
        }
        let isOver = state.withLock { state in
            guard state.generation == generation, state.hostTasks[id] != nil else { return true }
            state.hostTasks[id]?.task = task
            return false
        }
        if isOver { task.cancel() }
    }

    private func reply(
        _ kind: ScriptFrameKind, component: UInt32, id: UInt64, _ payload: [UInt8], generation: Int
    ) {
        let isWanted = state.withLock { state in
            guard state.generation == generation, state.hostTasks.removeValue(forKey: id) != nil else { return false }
            Self.append(kind, component: component, id: id, payload, to: &state)
            return true
        }
        if isWanted { outputIsReady() }
    }

    private static func answer(
        _ host: any ScriptHost, _ function: String, _ arguments: [UInt8]
    ) async -> (ScriptFrameKind, [UInt8]) {
        do {
            guard case .array(let values) = try JSONValue(parsing: arguments) else { return (.hostError, [0]) }
            var payload = try await host.call(function, arguments: values).jsonBytes()
            payload.append(0)
            return (.hostReply, payload)
        } catch {
            let message = (error as? WorkflowError)?.message ?? "\(error)"
            return (.hostError, message.utf8.filter { $0 != 0 } + [0])
        }
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
