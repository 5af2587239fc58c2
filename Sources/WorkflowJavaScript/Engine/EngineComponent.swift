#if JavaScript
import CJavaScriptCore

/// One component inside an engine: its own global object, its limits, and the functions through which it is entered.
final class EngineComponent {
    enum Phase {
        /// `init` has not ended; calls wait.
        case loading
        case ready
        case unloaded
    }

    /// A call that came before the component was ready.
    struct WaitingCall {
        let kind: ScriptFrameKind
        let id: UInt64
        let payload: [UInt8]
    }

    let id: UInt32
    let sourceName: String
    let limits: EngineLimits
    unowned let engine: ScriptEngine

    private(set) var context: JSGlobalContextRef?
    private var entry: JSObjectRef?
    private var functions: [Entry: JSObjectRef] = [:]
    var phase = Phase.loading
    var waiting: [WaitingCall] = []
    /// What `load` found out, as the payload of its result.
    var declaration: [UInt8] = []
    /// Calls in flight.
    var calls = 0
    /// Calls that have ended.
    var endedCalls = 0
    var timers = 0
    var hostCalls = 0
    /// Bytes of arguments in host calls.
    var hostCallBytes = 0
    /// Timers and host calls that end with the calls.
    var leftovers = 0
    /// Processor time for code that runs for no call.
    var budget = BackgroundBudget()
    /// Log lines that are left to code that runs outside of a call.
    var backgroundLines = EngineLimits.logLines

    /// The functions that the prelude returns.
    enum Entry: String, CaseIterable {
        case load, execute, start, stop, resolve, refuse, forget, fire, clear, unhandled
    }

    init(id: UInt32, sourceName: String, limits: EngineLimits, engine: ScriptEngine) {
        self.id = id
        self.sourceName = sourceName.isEmpty ? "component.js" : sourceName
        self.limits = limits
        self.engine = engine
    }

    func function(_ entry: Entry) -> JSObjectRef? { functions[entry] }

    /// Creates the context and runs the prelude.
    func prepare(in group: JSContextGroupRef) throws(ScriptFailure) {
        guard let context = JSGlobalContextCreateInGroup(group, nil) else {
            throw ScriptFailure(.memoryLimit, "no context could be created")
        }
        self.context = context
        JSText.withString(sourceName) { JSGlobalContextSetName(context, $0) }
        let native = JSObjectMake(
            context, NativeBridge.functionClass, Unmanaged.passRetained(NativeBridge(component: self)).toOpaque())
        let prelude = evaluate(Prelude.source, named: Prelude.sourceName)
        guard let native, let prelude = prelude.value, let factory = JSValueToObject(context, prelude, nil),
            let result = call(factory, [native]), let entry = JSValueToObject(context, result, nil)
        else { throw ScriptFailure(.workerLost, "the prelude did not run") }
        JSValueProtect(context, entry)
        self.entry = entry
        for name in Entry.allCases {
            let function = JSText.withString(name.rawValue) { JSObjectGetProperty(context, entry, $0, nil) }
            guard let function, let object = JSValueToObject(context, function, nil) else {
                throw ScriptFailure(.workerLost, "the prelude lacks \(name.rawValue)")
            }
            functions[name] = object
        }
        JSText.withString("code from strings is not available") { JSGlobalContextSetEvalEnabled(context, false, $0) }
        JSGlobalContextSetUnhandledRejectionCallback(context, functions[.unhandled], nil)
    }

    /// Compiles the component's text.
    ///
    /// - Returns: The function that takes `module`, `exports` and `require`.
    func compile(_ text: String) throws(ScriptFailure) -> JSObjectRef {
        guard let context else { throw ScriptFailure(.workerLost, "the component is unloaded") }
        // The text must be a program by itself, so that it cannot close the function that it is put into.
        try JavaScriptSyntax.check(text, named: sourceName, in: context)
        let factory = evaluate("\(Self.opening)\(text)\n})", named: sourceName)
        guard let value = factory.value, let object = JSValueToObject(context, value, nil) else {
            throw JavaScriptSyntax.failure(factory.exception, in: context)
        }
        return object
    }

    /// What stands before the component's text on its first line.
    static let opening = "(function (module, exports, require) {"

    /// Calls a function; `nil` when it threw.
    func call(_ function: JSObjectRef?, _ arguments: [JSValueRef?]) -> JSValueRef? {
        guard let context, let function else { return nil }
        return JSObjectCallAsFunction(context, function, nil, arguments.count, arguments, nil)
    }

    /// Releases the context. Nothing of the component runs afterwards.
    ///
    /// - Parameter replacement: A function of another context. The context holds its rejection callback so that neither is
    ///   ever collected; this one takes its place.
    func unload(replacement: JSObjectRef?) {
        phase = .unloaded
        guard let context else { return }
        if let replacement { JSGlobalContextSetUnhandledRejectionCallback(context, replacement, nil) }
        if let entry { JSValueUnprotect(context, entry) }
        functions = [:]
        entry = nil
        self.context = nil
        JSGlobalContextRelease(context)
    }

    private func evaluate(_ text: String, named name: String) -> (value: JSValueRef?, exception: JSValueRef?) {
        guard let context else { return (nil, nil) }
        var exception: JSValueRef?
        let value = JSText.withString(text) { program in
            JSText.withString(name) { JSEvaluateScript(context, program, nil, $0, 1, &exception) }
        }
        return (exception == nil ? value : nil, exception)
    }
}
#endif
