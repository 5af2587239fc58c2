#if JavaScript
import CJavaScriptCore

/// What runs when no call is waiting for it.
extension ScriptEngine {
    /// Measures a stretch that belongs to no call in flight.
    struct BackgroundMeter {
        fileprivate let begin = workflow_thread_cpu_time()
        fileprivate let endedCalls: Int

        init(_ component: EngineComponent) {
            endedCalls = component.endedCalls
        }
    }

    /// Takes such a stretch from the component's budget. One that ended a call was of use and is free.
    func account(_ meter: BackgroundMeter, _ component: EngineComponent, _ origin: Origin) {
        guard component.phase != .unloaded else { return }
        if component.endedCalls != meter.endedCalls { return component.budget.refill() }
        let time = workflow_thread_cpu_time() &- meter.begin
        guard !component.budget.spend(time, now: workflow_monotonic_time()) else { return }
        guard origin.isBackground else {
            report(component, "what ended calls had left behind used too much processor time and was dropped")
            component.budget.refill()
            return dropLeftovers(of: component)
        }
        // Before the failures of its calls, so that whoever learns of them finds the component suspended.
        emit(.overspent, component.id, 0, [])
        pendingRemovals.append(component)
    }

    /// Drops the timers and host calls of the component's calls that have ended.
    func dropLeftovers(of component: EngineComponent) {
        guard component.leftovers > 0 else { return }
        let identifier = component.id
        drop(of: identifier) { !$0.isBackground && calls[$0.call] == nil }
    }

    /// Drops timers and host calls: what waits for them waits for ever.
    func drop(of component: UInt32? = nil, where condition: (Origin) -> Bool) {
        for (serial, hostCall) in hostCalls
        where (component == nil || hostCall.component.id == component) && condition(hostCall.origin) {
            _ = takeHostCall(serial)
            forget(hostCall.component, .forget, serial)
        }
        let dropped = timers.removeAll { (component == nil || $0.component == component) && condition($0.origin) }
        for timer in dropped {
            guard let component = components[timer.component] else { continue }
            ended(timer, component)
            forget(component, .clear, timer.id)
        }
    }

    private func forget(_ component: EngineComponent, _ entry: EngineComponent.Entry, _ id: UInt64) {
        guard let context = component.context else { return }
        _ = component.call(component.function(entry), [JSValueMakeNumber(context, Double(id))])
    }
}
#endif
