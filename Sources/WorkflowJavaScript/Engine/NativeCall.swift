#if JavaScript
import CJavaScriptCore
import WorkflowCore

/// One call of the prelude's native function.
struct NativeCall {
    let component: EngineComponent
    let context: JSContextRef
    let arguments: UnsafeBufferPointer<JSValueRef?>

    private var engine: ScriptEngine { component.engine }

    func perform() throws(ScriptFailure) -> JSValueRef? {
        guard let operation = NativeOperation(rawValue: integer(0)) else { return JSValueMakeUndefined(context) }
        switch operation {
        case .settle: engine.settle(UInt64(clamping: integer(1)), component, argument(2))
        case .reject: engine.fail(UInt64(clamping: integer(1)), rejection())
        case .host: return number(try hostCall())
        case .timer: return number(try engine.addTimer(component, milliseconds: double(1)))
        case .clear: engine.clearTimer(UInt64(clamping: integer(1)))
        case .log: log()
        case .random: return JSValueMakeNumber(context, Double.random(in: 0..<1))
        case .uuid: return JSText.value(context, ScriptDigest.uuid())
        case .sha256: return JSText.value(context, try withBytes(1, ScriptDigest.sha256))
        case .hmac:
            let code = try withBytes(1) { key in
                Result { () throws(ScriptFailure) in
                    try withBytes(2) { ScriptDigest.hmacSHA256(key: key, text: $0) }
                }
            }
            return JSText.value(context, try code.get())
        case .encode: return JSText.value(context, try withBytes(1, ScriptBase64.encode))
        case .decode: return JSText.value(context, try decoded())
        case .describe:
            var writer = ScriptPayloadWriter()
            writer.text(JSText.text(context, argument(1)))
            writer.text(JSText.text(context, argument(2)))
            component.declaration = writer.bytes
        }
        return JSValueMakeUndefined(context)
    }

    /// A JavaScript `Error`.
    func makeError(_ message: String) -> JSValueRef? {
        var arguments: [JSValueRef?] = [JSText.value(context, message)]
        return JSObjectMakeError(context, 1, &arguments, nil)
    }

    private func hostCall() throws(ScriptFailure) -> UInt64 {
        let function = JSText.prefix(context, argument(1), limit: 256)
        let limit = component.limits.outputSize
        let json = JSText.withUTF8(context, argument(2), limit: limit) { $0.map { [UInt8]($0) } }
        guard let json, json.count <= limit else {
            throw ScriptFailure(.thrown, "the arguments of \(function) are larger than \(limit) bytes")
        }
        return try engine.beginHostCall(component, function: function, arguments: json)
    }

    private func log() {
        guard integer(1) >= component.limits.logLevel, let budget = engine.takeLogLine(component) else { return }
        let length = EngineLimits.messageLength
        var writer = ScriptPayloadWriter()
        writer.number(integer(1))
        if budget > 0 {
            writer.text(JSText.prefix(context, argument(2), limit: length))
            // Metadata is JSON; a part of it is not.
            let metadata = JSText.withUTF8(context, argument(3), limit: length) { $0.map { [UInt8]($0) } }
            writer.text(metadata ?? Array(#"{"metadata":"too large"}"#.utf8))
        } else {
            writer.text("further log lines of this call are dropped")
            writer.text("")
        }
        engine.emit(.log, component.id, engine.current.call, writer.bytes)
    }

    private func rejection() -> ScriptFailure {
        let isError = integer(3) == 1
        let name = JSText.prefix(context, argument(4), limit: 256)
        let text = JSText.prefix(context, argument(5), limit: EngineLimits.messageLength)
        if isError, name == "RangeError", text.hasPrefix("Out of memory") {
            return ScriptFailure(.memoryLimit, "the script ran out of memory")
        }
        let message = !isError || name == "Error" || name.isEmpty ? text : text.isEmpty ? name : "\(name): \(text)"
        var failure =
            switch integer(2) {
            case 1: ScriptFailure(.invalidValue, "the result cannot be written as JSON: \(message)")
            case 2: ScriptFailure(.contract, message)
            default: ScriptFailure(.thrown, message.isEmpty ? "the script threw an error without a message" : message)
            }
        guard isError else { return failure }
        let place = SourcePlace(
            line: integer(6), column: integer(7), url: JSText.prefix(context, argument(8), limit: 4096),
            stack: JSText.prefix(context, argument(9), limit: 16_384), sourceName: component.sourceName)
        failure.line = place.line
        failure.column = place.column
        return failure
    }

    private func decoded() throws(ScriptFailure) -> String {
        guard let bytes = try withBytes(1, ScriptBase64.decode) else {
            throw ScriptFailure(.thrown, "the text is not base64")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ScriptFailure(.thrown, "the base64 text does not hold UTF-8 text")
        }
        return text
    }

    private func argument(_ index: Int) -> JSValueRef? {
        arguments.indices.contains(index) ? arguments[index] : nil
    }

    private func double(_ index: Int) -> Double {
        guard let value = argument(index) else { return 0 }
        return JSValueToNumber(context, value, nil)
    }

    private func integer(_ index: Int) -> Int {
        Int(exactly: double(index).rounded(.towardZero)) ?? 0
    }

    private func number(_ value: UInt64) -> JSValueRef? {
        JSValueMakeNumber(context, Double(value))
    }

    private func withBytes<Value>(
        _ index: Int, _ body: (UnsafeRawBufferPointer) -> Value
    ) throws(ScriptFailure) -> Value {
        guard let value = JSText.withUTF8(context, argument(index), { $0.map(body) }) else {
            throw ScriptFailure(.thrown, "the text is not well-formed")
        }
        return value
    }
}
#endif
