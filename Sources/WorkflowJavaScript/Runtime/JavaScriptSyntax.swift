#if JavaScript
import CJavaScriptCore
public import WorkflowCore

/// Checks scripts without running them.
public enum JavaScriptSyntax {
    /// Checks whether a script is a program.
    ///
    /// - Throws: ``ScriptError`` `.syntax` with the line, as far as JavaScriptCore tells it.
    public static func check(_ source: ScriptSource) throws(ScriptError) {
        guard let context = JSGlobalContextCreate(nil) else {
            throw ScriptError(.workerLost, ScriptEngine.cannotStart)
        }
        defer { JSGlobalContextRelease(context) }
        do {
            try check(source.text, named: source.name, in: context)
        } catch {
            throw error.error
        }
    }

    static func check(_ text: String, named name: String, in context: JSGlobalContextRef) throws(ScriptFailure) {
        var exception: JSValueRef?
        let isProgram = JSText.withString(text) { program in
            JSText.withString(name) { JSCheckScriptSyntax(context, program, $0, 1, &exception) }
        }
        if !isProgram { throw failure(exception, in: context) }
    }

    /// What a syntax error says.
    static func failure(_ exception: JSValueRef?, in context: JSGlobalContextRef) -> ScriptFailure {
        guard let exception else { return ScriptFailure(.syntax, "the text is not a program") }
        var failure = ScriptFailure(.syntax, JSText.prefix(context, exception, limit: EngineLimits.messageLength))
        guard JSValueIsObject(context, exception), let object = JSValueToObject(context, exception, nil) else {
            return failure
        }
        // JavaScriptCore tells no column of syntax errors.
        let line = JSText.withString("line") { JSObjectGetProperty(context, object, $0, nil) }
        if let line, JSValueIsNumber(context, line) {
            failure.line = Int(exactly: JSValueToNumber(context, line, nil)) ?? 0
        }
        return failure
    }
}
#endif
