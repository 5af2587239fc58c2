#if JavaScript
import CJavaScriptCore
import WorkflowCore

/// Runs components on the thread that created it: takes frames, enters JavaScript, and emits frames.
///
/// A worker process runs one on its main thread, the in-process runtime on a thread of its own. It never blocks: calls that
/// wait for a timer or the host are continued when `runDue` or `handle` brings what they wait for.
///
/// Not `Sendable`: everything, JavaScriptCore included, happens on one thread.
final class ScriptEngine {
    /// A call in flight.
    struct Call {
        let component: EngineComponent
        let kind: ScriptFrameKind
        let deadline: UInt64
        var logLines = EngineLimits.logLines
    }

    /// Whose code runs.
    struct Origin {
        let call: UInt64
        /// Whether the module's scope, `init` or `start` began it, so that it may go on when the call has ended.
        let isBackground: Bool
    }

    /// A question to the host that is not answered yet.
    struct HostCall {
        let component: EngineComponent
        let origin: Origin
        let bytes: Int
    }

    let group: JSContextGroupRef
    private let marker: StretchMarker
    private let flush: (inout [UInt8]) -> Void
    /// A context without a component, to collect garbage with.
    private let idleContext: JSGlobalContextRef
    /// A function of that context, for ``EngineComponent/unload(replacement:)``.
    let idleFunction: JSObjectRef?

    var components: [UInt32: EngineComponent] = [:]
    var calls: [UInt64: Call] = [:]
    var hostCalls: [UInt64: HostCall] = [:]
    var timers = EngineTimers()
    var nextSerial: UInt64 = 1
    /// No call's deadline is earlier than this.
    var nextSweep = UInt64.max
    /// Components whose `init` has ended, with the calls that waited for it.
    var pendingStarts: [(EngineComponent, [EngineComponent.WaitingCall])] = []
    /// Components whose `init` has failed, or whose background code has used too much time.
    var pendingRemovals: [EngineComponent] = []
    /// Components that may have timers and host calls of calls that have ended.
    var pendingDrops: Set<UInt32> = []
    /// When the budget of log lines outside of calls was last renewed.
    var budgetRenewal: UInt64 = 0

    /// Whose stretch runs.
    private(set) var current = Origin(call: 0, isBackground: false)
    /// Whether a script ran out of memory in the current stretch.
    var memoryIsShort = false
    /// Whether it is time to look how much memory the process has left.
    var wantsMemoryCheck = false
    private var stretches = 0
    private var isTerminated = false
    private var armedLimit = 0.0
    private var outgoing: [UInt8] = []
    private var outgoingSince: UInt64 = 0

    /// Creates an engine.
    ///
    /// - Parameters:
    ///   - marker: Where the engine writes down what it executes.
    ///   - flush: Takes emitted frames and empties the buffer.
    /// - Returns: `nil` when JavaScriptCore cannot start.
    init?(marker: StretchMarker, flush: @escaping (inout [UInt8]) -> Void) {
        guard let group = JSContextGroupCreate() else { return nil }
        guard let idleContext = JSGlobalContextCreateInGroup(group, nil) else {
            JSContextGroupRelease(group)
            return nil
        }
        self.group = group
        self.idleContext = idleContext
        let function = JSText.withString("(function () {})") { JSEvaluateScript(idleContext, $0, nil, nil, 1, nil) }
        idleFunction = function.flatMap { JSValueToObject(idleContext, $0, nil) }
        if let idleFunction { JSValueProtect(idleContext, idleFunction) }
        self.marker = marker
        self.flush = flush
    }

    /// Says that JavaScriptCore cannot start, and why.
    static var cannotStart: String {
        let reason = workflow_javascript_problem().map { "be loaded: \(String(cString: $0))" } ?? "start"
        return "JavaScriptCore cannot \(reason)"
    }

    deinit {
        for component in components.values { component.unload(replacement: idleFunction) }
        JSGlobalContextRelease(idleContext)
        JSContextGroupRelease(group)
    }

    /// When `runDue` has something to do next.
    var nextDeadline: UInt64 { min(timers.next ?? .max, nextSweep) }

    /// Makes JavaScriptCore start the threads and allocate the tables that it needs for any script.
    func warmUp() {
        arm(1)
        let program =
            "JSON.stringify([1.5, 'a', {b: new Date(0).toISOString()}]) + /a+/.test('aa') + Promise.resolve(1)"
        JSText.withString(program) { _ = JSEvaluateScript(idleContext, $0, nil, nil, 1, nil) }
        collectGarbage()
    }

    /// Runs one uninterrupted stretch of script code and ends the call that used too much time in it.
    func stretch(_ component: EngineComponent, _ origin: Origin, _ body: () -> JSValueRef?) -> JSValueRef? {
        flushIfOld()
        isTerminated = false
        memoryIsShort = false
        current = origin
        let meter = calls[origin.call] == nil ? BackgroundMeter(component) : nil
        marker.begin(call: origin.call, component: component.id)
        arm(component.limits.cpuTime)
        let value = body()
        marker.end()
        current = Origin(call: 0, isBackground: false)
        if let meter { account(meter, component, origin) }
        if isTerminated {
            forgetTermination()
            let milliseconds = Int(component.limits.cpuTime * 1000)
            let failure = ScriptFailure(.timeLimit, "the script used more than \(milliseconds) ms of processor time")
            if !fail(origin.call, failure) { report(component, failure.message) }
        }
        stretches &+= 1
        if memoryIsShort || isTerminated || stretches & 0xFF == 0 { wantsMemoryCheck = true }
        if memoryIsShort {
            // Collecting may take memory that is not there.
            flushOutput()
            collectGarbage()
        }
        return isTerminated ? nil : value
    }

    /// A stretch that is ended in a microtask leaves its exception pending in the virtual machine, which aborts when it is
    /// entered with one. This call takes it away.
    private func forgetTermination() {
        if let text = JSValueToStringCopy(idleContext, JSValueMakeNumber(idleContext, 1), nil) { JSStringRelease(text) }
    }

    private func arm(_ seconds: Double) {
        guard seconds != armedLimit else { return }
        armedLimit = seconds
        // From now on the limit starts anew with each entry into the virtual machine.
        JSContextGroupSetExecutionTimeLimit(
            group, seconds,
            { _, engine in
                guard let engine else { return true }
                Unmanaged<ScriptEngine>.fromOpaque(engine).takeUnretainedValue().isTerminated = true
                return true
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    func collectGarbage() {
        JSSynchronousGarbageCollectForDebugging(idleContext)
    }

    // MARK: Output

    func emit(_ kind: ScriptFrameKind, _ component: UInt32, _ id: UInt64, _ payload: UnsafeRawBufferPointer) {
        if outgoing.isEmpty { outgoingSince = workflow_monotonic_time() }
        ScriptFrame.append(kind, component: component, id: id, payload: payload, to: &outgoing)
        if outgoing.count >= 64 << 10 { flushOutput() }
    }

    func emit(_ kind: ScriptFrameKind, _ component: UInt32, _ id: UInt64, _ payload: [UInt8]) {
        payload.withUnsafeBytes { emit(kind, component, id, $0) }
    }

    /// Logs in the name of the component, for what no call can be blamed for.
    func report(_ component: EngineComponent, _ message: String) {
        guard component.backgroundLines > 0 else { return }
        component.backgroundLines -= 1
        var writer = ScriptPayloadWriter()
        writer.number(3)
        writer.text(message)
        writer.text("")
        emit(.log, component.id, 0, writer.bytes)
    }

    func flushOutput() {
        if !outgoing.isEmpty { flush(&outgoing) }
    }

    /// Sends what is there before more script code runs, unless it is so fresh that it can wait for company.
    private func flushIfOld() {
        if !outgoing.isEmpty, workflow_monotonic_time() &- outgoingSince > 200_000 { flushOutput() }
    }
}
#endif
