#if JavaScript
import Synchronization
import WorkflowCore

/// Answering what scripts ask of the host.
extension ScriptWorkerSlot {
    private struct Begun {
        let call: HostCallQueue.Call
        let host: any ScriptHost
        let generation: Int
        let trace: TraceScope?
    }

    /// Bytes of arguments that are parsed on the thread that reads from the worker.
    private static let shortArguments = 16 << 10

    /// Takes a host call: executes it, or lets it wait for its turn.
    func answer(_ frame: ScriptFrame) {
        var reader = ScriptPayloadReader(frame.payload)
        let caller = UInt64(clamping: reader.number())
        let call = HostCallQueue.Call(
            id: frame.id, call: caller, function: reader.text(), arguments: [UInt8](reader.textBytes()))
        let component = frame.component
        let (refusal, begun) = state.withLock { state -> (String?, Begun?) in
            if let refusal = state.components[component]?.hostCalls.add(call) ?? nil {
                Self.append(.hostError, component: component, id: call.id, Array(refusal.utf8) + [0], to: &state)
                return (refusal, nil)
            }
            return (nil, Self.begin(component, &state))
        }
        if refusal != nil { outputIsReady() }
        guard let begun else { return }
        guard begun.call.arguments.count <= Self.shortArguments else { return executeLater(begun, component) }
        // Begins here, since most answers are there at once. The script's call waits for it, but no task of ours does; it
        // is cancelled with the call or the worker.
        attach(Task.immediate { [weak self] in await self?.execute(begun, component) }, to: begun, component)
    }

    /// Executes host calls that have waited until replies were written.
    func continueHostCalls(of components: Set<UInt32>) {
        for component in components {
            while let begun = state.withLock({ Self.begin(component, &$0) }) { executeLater(begun, component) }
        }
    }

    private func executeLater(_ begun: Begun, _ component: UInt32) {
        attach(Task { [weak self] in await self?.execute(begun, component) }, to: begun, component)
    }

    private func attach(_ task: Task<Void, Never>, to begun: Begun, _ component: UInt32) {
        let isWanted = state.withLock { state in
            state.generation == begun.generation
                && state.components[component]?.hostCalls.attach(task, to: begun.call.id) ?? false
        }
        if !isWanted { task.cancel() }
    }

    /// Takes the next call that may be executed now.
    private static func begin(_ component: UInt32, _ state: inout State) -> Begun? {
        guard let host = state.components[component]?.host, state.components[component]?.hostCalls.isWaiting == true
        else { return nil }
        guard state.outbound.count < EngineLimits.hostCallBytes else {
            state.unwritten.insert(component)
            return nil
        }
        guard let call = state.components[component]?.hostCalls.next() else { return nil }
        return Begun(call: call, host: host, generation: state.generation, trace: state.calls[call.call]?.trace)
    }

    private func execute(_ begun: Begun, _ component: UInt32) async {
        let (kind, payload) = await (begun.trace ?? .current).run { await Self.answer(begun.host, begun.call) }
        let (isWanted, next) = state.withLock { state -> (Bool, Begun?) in
            guard state.generation == begun.generation,
                state.components[component]?.hostCalls.end(begun.call.id) ?? false
            else { return (false, nil) }
            Self.append(kind, component: component, id: begun.call.id, payload, to: &state)
            return (true, Self.begin(component, &state))
        }
        if isWanted { outputIsReady() }
        if let next { executeLater(next, component) }
    }

    private static func answer(
        _ host: any ScriptHost, _ call: HostCallQueue.Call
    ) async -> (ScriptFrameKind, [UInt8]) {
        do {
            guard case .array(let values) = try JSONValue(parsing: call.arguments) else { return (.hostError, [0]) }
            var payload = try await host.call(call.function, arguments: values).jsonBytes()
            guard payload.count <= EngineLimits.hostCallBytes else {
                let text = "the answer of \(call.function) is larger than \(EngineLimits.hostCallBytes) bytes"
                return (.hostError, Array(text.utf8) + [0])
            }
            payload.append(0)
            return (.hostReply, payload)
        } catch {
            let message = (error as? WorkflowError)?.message ?? "\(error)"
            return (.hostError, message.utf8.filter { $0 != 0 } + [0])
        }
    }

    static func cancelHostCalls(in state: inout State) {
        for id in state.components.keys { state.components[id]?.hostCalls.cancel(of: nil) }
        state.unwritten = []
    }
}
#endif
