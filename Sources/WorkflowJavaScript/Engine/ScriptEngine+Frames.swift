#if JavaScript
import CJavaScriptCore

extension ScriptEngine {
    /// Does what a frame asks.
    func handle(_ frame: ScriptFrame) {
        act(on: frame)
        runPending()
    }

    private func act(on frame: ScriptFrame) {
        switch frame.kind {
        case .load:
            load(frame)
        case .execute, .start, .stop:
            guard let component = components[frame.component] else {
                emit(
                    .failure, frame.component, frame.id,
                    ScriptFailure(.workerLost, "the component is not loaded").payload)
                return
            }
            if component.phase == .loading {
                component.waiting.append(.init(kind: frame.kind, id: frame.id, payload: [UInt8](frame.payload)))
            } else {
                perform(frame.kind, component, id: frame.id, frame.payload)
            }
        case .unload:
            if let component = components[frame.component] {
                remove(component)
                collectGarbage()
            }
        case .cancel:
            cancel(frame.id)
        case .hostReply:
            finishHostCall(frame.id, with: .resolve, frame.payload)
        case .hostError:
            finishHostCall(frame.id, with: .refuse, frame.payload)
        case .configure, .ready, .result, .failure, .hostCall, .log, .pressure, .overspent:
            break
        }
    }

    /// Runs timers that are due and ends calls that are over their time.
    func runDue() {
        let now = workflow_monotonic_time()
        if now &- budgetRenewal > 1_000_000_000 {
            budgetRenewal = now
            for component in components.values { component.backgroundLines = EngineLimits.logLines }
        }
        // Timers that these timers set come with the next turn, so that they cannot keep frames from being read.
        var due: [EngineTimers.Timer] = []
        while let timer = timers.takeDue(now: now) { due.append(timer) }
        for timer in due {
            guard let component = components[timer.component] else { continue }
            ended(timer, component)
            enter(component, .fire, timer.id, nil, timer.origin)
        }
        if now >= nextSweep { sweep(now) }
        runPending()
    }

    private func load(_ frame: ScriptFrame) {
        var reader = ScriptPayloadReader(frame.payload)
        let limits = EngineLimits(reading: &reader)
        let component = EngineComponent(id: frame.component, sourceName: reader.text(), limits: limits, engine: self)
        let text = reader.text()
        let configuration = reader.text()
        components[frame.component] = component
        register(frame.id, component, .load)
        let value = stretch(component, Origin(call: frame.id, isBackground: true)) {
            do throws(ScriptFailure) {
                try component.prepare(in: group)
                guard let context = component.context else { return nil }
                let factory = try component.compile(text)
                let arguments: [JSValueRef?] = [
                    JSValueMakeNumber(context, Double(frame.id)), factory, JSText.value(context, configuration),
                ]
                return component.call(component.function(.load), arguments)
            } catch {
                fail(frame.id, error)
                return nil
            }
        }
        finish(frame.id, component, value)
    }

    func perform(_ kind: ScriptFrameKind, _ component: EngineComponent, id: UInt64, _ payload: UnsafeRawBufferPointer) {
        guard let context = component.context else { return }
        register(id, component, kind)
        let entry: EngineComponent.Entry = kind == .execute ? .execute : kind == .start ? .start : .stop
        let value = stretch(component, Origin(call: id, isBackground: kind == .start)) {
            var arguments: [JSValueRef?] = [JSValueMakeNumber(context, Double(id))]
            if kind == .execute { arguments.append(JSText.value(context, zeroTerminated: payload)) }
            return component.call(component.function(entry), arguments)
        }
        finish(id, component, value)
    }

    /// Enters the component for the sake of a call that waited.
    private func enter(
        _ component: EngineComponent, _ entry: EngineComponent.Entry, _ id: UInt64, _ payload: UnsafeRawBufferPointer?,
        _ origin: Origin
    ) {
        guard let context = component.context else { return }
        let function = component.function(entry)
        var exception: JSValueRef?
        _ = stretch(component, origin) {
            var arguments: [JSValueRef?] = [JSValueMakeNumber(context, Double(id))]
            if let payload { arguments.append(JSText.value(context, zeroTerminated: payload)) }
            return JSObjectCallAsFunction(context, function, nil, arguments.count, arguments, &exception)
        }
        if let exception, component.phase != .unloaded {
            report(component, "a timer's function threw: \(JSText.prefix(context, exception, limit: 1024))")
        }
    }

    private func finishHostCall(
        _ id: UInt64, with entry: EngineComponent.Entry, _ payload: UnsafeRawBufferPointer
    ) {
        guard let hostCall = takeHostCall(id) else { return }
        enter(hostCall.component, entry, id, payload, hostCall.origin)
    }
}
#endif
