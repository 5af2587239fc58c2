#if JavaScript
import CJavaScriptCore

extension ScriptEngine {
    func register(_ id: UInt64, _ component: EngineComponent, _ kind: ScriptFrameKind) {
        let (deadline, overflow) = workflow_monotonic_time().addingReportingOverflow(component.limits.wallTime)
        calls[id] = Call(component: component, kind: kind, deadline: overflow ? .max : deadline)
        if !overflow { nextSweep = min(nextSweep, deadline) }
    }

    /// Ends a call whose entry function has returned: a text is its result, `null` means that it goes on or has failed.
    func finish(_ id: UInt64, _ component: EngineComponent, _ value: JSValueRef?) {
        guard calls[id] != nil, let context = component.context else { return }
        guard let value else {
            // The prelude itself could not go on: the stack or the memory was used up inside of it.
            fail(id, ScriptFailure(.thrown, "the script used up the stack or the memory"))
            return
        }
        if JSValueIsString(context, value) { settle(id, component, value) }
    }

    /// Ends a call with the JSON text that its component returned.
    func settle(_ id: UInt64, _ component: EngineComponent, _ json: JSValueRef?) {
        guard let call = calls[id], let context = component.context else { return }
        if call.kind == .load {
            calls[id] = nil
            component.phase = .ready
            emit(.result, component.id, id, component.declaration)
            let waiting = component.waiting
            component.waiting = []
            // Not from inside of the stretch that ended `init`.
            pendingStarts.append((component, waiting))
            return
        }
        let limit = component.limits.outputSize
        let isSent = JSText.withUTF8(context, json, limit: limit) { text in
            guard let text, text.count <= limit else { return false }
            calls[id] = nil
            emit(.result, component.id, id, text)
            return true
        }
        if !isSent { fail(id, ScriptFailure(.invalidValue, "the result is larger than \(limit) bytes")) }
    }

    /// Ends a call with a failure.
    ///
    /// - Returns: Whether the call was in flight.
    @discardableResult
    func fail(_ id: UInt64, _ failure: ScriptFailure) -> Bool {
        guard let call = calls.removeValue(forKey: id) else { return false }
        if failure.code == .memoryLimit {
            memoryIsShort = true
            // Before the failure, so that whoever learns of it calls the worker that replaces this one.
            emit(.pressure, 0, 0, [])
        }
        emit(.failure, call.component.id, id, failure.payload)
        if call.kind == .load {
            for waiting in call.component.waiting { emit(.failure, call.component.id, waiting.id, failure.payload) }
            call.component.waiting = []
            pendingRemovals.append(call.component)
        }
        return true
    }

    /// Performs the calls that waited for a component's `init`, and removes components whose `init` failed.
    func runPending() {
        while let (component, waiting) = pendingStarts.popLast() {
            for call in waiting {
                call.payload.withUnsafeBytes { perform(call.kind, component, id: call.id, $0) }
            }
        }
        while let component = pendingRemovals.popLast() { remove(component) }
    }

    /// Forgets a call: what it returns is dropped, what it waits for does not come.
    func cancel(_ id: UInt64) {
        calls[id] = nil
        for (serial, hostCall) in hostCalls where hostCall.call == id {
            hostCalls[serial] = nil
            hostCall.component.hostCalls -= 1
            forget(hostCall.component, .forget, serial)
        }
        for timer in timers.removeAll(where: { $0.call == id }) {
            guard let component = components[timer.component] else { continue }
            component.timers -= 1
            forget(component, .clear, timer.id)
        }
    }

    /// Ends the calls whose time is over.
    func sweep(_ now: UInt64) {
        nextSweep = .max
        for (id, call) in calls {
            guard call.deadline <= now else {
                nextSweep = min(nextSweep, call.deadline)
                continue
            }
            let milliseconds = call.component.limits.wallTime / 1_000_000
            fail(id, ScriptFailure(.timeLimit, "the call took longer than \(milliseconds) ms"))
            cancel(id)
        }
    }

    func remove(_ component: EngineComponent) {
        components[component.id] = nil
        for (id, call) in calls where call.component === component {
            fail(id, ScriptFailure(.workerLost, "the component was unloaded"))
        }
        for (serial, hostCall) in hostCalls where hostCall.component === component { hostCalls[serial] = nil }
        _ = timers.removeAll { $0.component == component.id }
        component.unload(replacement: idleFunction)
    }

    private func forget(_ component: EngineComponent, _ entry: EngineComponent.Entry, _ id: UInt64) {
        guard let context = component.context else { return }
        _ = component.call(component.function(entry), [JSValueMakeNumber(context, Double(id))])
    }

    // MARK: What scripts ask for

    func addTimer(_ component: EngineComponent, milliseconds: Double) throws(ScriptFailure) -> UInt64 {
        guard component.timers < EngineLimits.timers else {
            throw ScriptFailure(.thrown, "too many timers: at most \(EngineLimits.timers)")
        }
        component.timers += 1
        // As in browsers: not less than a millisecond, not more than 24 days.
        let delay = UInt64(min(max(milliseconds, 1), 2_147_483_647) * 1_000_000)
        let id = serial()
        timers.add(
            .init(
                deadline: workflow_monotonic_time() &+ delay, id: id, component: component.id, call: currentCall))
        return id
    }

    func clearTimer(_ id: UInt64) {
        guard let timer = timers.remove(id) else { return }
        components[timer.component]?.timers -= 1
    }

    func beginHostCall(
        _ component: EngineComponent, function: String, arguments: [UInt8]
    ) throws(ScriptFailure) -> UInt64 {
        guard component.hostCalls < EngineLimits.hostCalls else {
            throw ScriptFailure(.thrown, "too many host calls in flight: at most \(EngineLimits.hostCalls)")
        }
        component.hostCalls += 1
        let id = serial()
        hostCalls[id] = HostCall(component: component, call: currentCall)
        var writer = ScriptPayloadWriter()
        writer.number(Int(clamping: currentCall))
        writer.text(function)
        writer.text(arguments)
        emit(.hostCall, component.id, id, writer.bytes)
        return id
    }

    /// Takes one line from the budget of whoever logs.
    ///
    /// - Returns: What is left: 0 for the line that says that more are dropped, `nil` when this one is.
    func takeLogLine(_ component: EngineComponent) -> Int? {
        guard currentCall != 0, let lines = calls[currentCall]?.logLines else {
            component.backgroundLines -= 1
            return component.backgroundLines < 0 ? nil : component.backgroundLines
        }
        calls[currentCall]?.logLines = lines - 1
        return lines < 0 ? nil : lines
    }

    private func serial() -> UInt64 {
        defer { nextSerial += 1 }
        return nextSerial
    }
}
#endif
