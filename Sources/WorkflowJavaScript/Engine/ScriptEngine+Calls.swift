#if JavaScript
import CJavaScriptCore

extension ScriptEngine {
    func register(_ id: UInt64, _ component: EngineComponent, _ kind: ScriptFrameKind) {
        let (deadline, overflow) = workflow_monotonic_time().addingReportingOverflow(component.limits.wallTime)
        calls[id] = Call(component: component, kind: kind, deadline: overflow ? .max : deadline)
        if !overflow { nextSweep = min(nextSweep, deadline) }
        component.calls += 1
    }

    /// Takes a call that has ended. What it began and did not wait for ends with the last call of its component: until
    /// then another call may wait for it, since scripts can share promises.
    @discardableResult
    private func take(_ id: UInt64) -> Call? {
        guard let call = calls.removeValue(forKey: id) else { return nil }
        let component = call.component
        component.calls -= 1
        component.endedCalls += 1
        if component.calls == 0, component.leftovers > 0 { pendingDrops.insert(component.id) }
        return call
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
            take(id)
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
            take(id)
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
        guard let call = take(id) else { return false }
        if failure.code == .memoryLimit {
            memoryIsShort = true
            // Before the failure, so that whoever learns of it calls the worker that replaces this one.
            emit(.pressure, 0, 0, [])
        }
        emit(.failure, call.component.id, id, failure.payload)
        if call.kind == .load {
            let refusal = ScriptFailure(.workerLost, "the component could not be loaded again: \(failure.message)")
            for waiting in call.component.waiting { emit(.failure, call.component.id, waiting.id, refusal.payload) }
            call.component.waiting = []
            pendingRemovals.append(call.component)
        }
        return true
    }

    /// Does what could not be done inside of a stretch: performs the calls that waited for a component's `init`, removes
    /// components, and drops what calls have left.
    func runPending() {
        while let (component, waiting) = pendingStarts.popLast() {
            for call in waiting {
                call.payload.withUnsafeBytes { perform(call.kind, component, id: call.id, $0) }
            }
        }
        while let component = pendingRemovals.popLast() { remove(component) }
        while let id = pendingDrops.popFirst() {
            if let component = components[id], component.calls == 0 { dropLeftovers(of: component) }
        }
    }

    /// Forgets a call: what it returns is dropped, what it waits for does not come.
    func cancel(_ id: UInt64) {
        take(id)
        drop { $0.call == id }
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
        // The id may belong to a later load already.
        guard components[component.id] === component else { return }
        components[component.id] = nil
        for (id, call) in calls where call.component === component {
            fail(id, ScriptFailure(.workerLost, "the component was unloaded"))
        }
        for (serial, hostCall) in hostCalls where hostCall.component === component { hostCalls[serial] = nil }
        _ = timers.removeAll { $0.component == component.id }
        component.unload(replacement: idleFunction)
    }
}
#endif
