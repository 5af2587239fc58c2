#if JavaScript
import CJavaScriptCore

/// What scripts ask for.
extension ScriptEngine {
    func addTimer(_ component: EngineComponent, milliseconds: Double) throws(ScriptFailure) -> UInt64 {
        guard component.timers < EngineLimits.timers else {
            throw ScriptFailure(.thrown, "too many timers: at most \(EngineLimits.timers)")
        }
        // As in browsers: not less than a millisecond, not more than 24 days.
        let delay = UInt64(min(max(milliseconds, 1), 2_147_483_647) * 1_000_000)
        let id = serial()
        let origin = current
        component.timers += 1
        if !origin.isBackground { addLeftover(component) }
        timers.add(
            .init(
                deadline: workflow_monotonic_time() &+ delay, id: id, component: component.id, origin: origin))
        return id
    }

    func clearTimer(_ id: UInt64) {
        guard let timer = timers.remove(id), let component = components[timer.component] else { return }
        ended(timer, component)
    }

    /// A timer is not waited for any more.
    func ended(_ timer: EngineTimers.Timer, _ component: EngineComponent) {
        component.timers -= 1
        if !timer.origin.isBackground { component.leftovers -= 1 }
    }

    func beginHostCall(
        _ component: EngineComponent, function: String, arguments: [UInt8]
    ) throws(ScriptFailure) -> UInt64 {
        guard component.hostCalls < EngineLimits.hostCalls else {
            throw ScriptFailure(.thrown, EngineLimits.tooManyHostCalls)
        }
        guard component.hostCallBytes + arguments.count <= EngineLimits.hostCallBytes else {
            throw ScriptFailure(.thrown, EngineLimits.tooMuchHostCallData)
        }
        let id = serial()
        let origin = current
        component.hostCalls += 1
        component.hostCallBytes += arguments.count
        if !origin.isBackground { addLeftover(component) }
        hostCalls[id] = HostCall(component: component, origin: origin, bytes: arguments.count)
        var writer = ScriptPayloadWriter()
        writer.number(Int(clamping: origin.call))
        writer.text(function)
        writer.text(arguments)
        emit(.hostCall, component.id, id, writer.bytes)
        return id
    }

    /// A host call has been answered or is not waited for any more.
    func takeHostCall(_ id: UInt64) -> HostCall? {
        guard let hostCall = hostCalls.removeValue(forKey: id) else { return nil }
        hostCall.component.hostCalls -= 1
        hostCall.component.hostCallBytes -= hostCall.bytes
        if !hostCall.origin.isBackground { hostCall.component.leftovers -= 1 }
        return hostCall
    }

    /// Takes one line from the budget of whoever logs.
    ///
    /// - Returns: What is left: 0 for the line that says that more are dropped, `nil` when this one is.
    func takeLogLine(_ component: EngineComponent) -> Int? {
        guard let lines = calls[current.call]?.logLines else {
            component.backgroundLines -= 1
            return component.backgroundLines < 0 ? nil : component.backgroundLines
        }
        calls[current.call]?.logLines = lines - 1
        return lines < 0 ? nil : lines
    }

    private func addLeftover(_ component: EngineComponent) {
        component.leftovers += 1
        // Asked for by a call that has ended in this very stretch.
        if component.calls == 0 { pendingDrops.insert(component.id) }
    }

    private func serial() -> UInt64 {
        defer { nextSerial += 1 }
        return nextSerial
    }
}
#endif
