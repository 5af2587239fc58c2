#if JavaScript
import CJavaScriptCore

/// What the prelude's native function belongs to. The function's object owns it.
final class NativeBridge {
    weak var component: EngineComponent?

    init(component: EngineComponent) {
        self.component = component
    }

    /// The class of the native function of every component.
    // Made once and never changed; JavaScriptCore's classes may be used from every thread.
    nonisolated(unsafe) static let functionClass: JSClassRef? = {
        var definition = JSClassDefinition()
        definition.callAsFunction = { context, function, _, count, arguments, exception in
            guard let context else { return nil }
            guard let box = JSObjectGetPrivate(function),
                let component = Unmanaged<NativeBridge>.fromOpaque(box).takeUnretainedValue().component
            else { return JSValueMakeUndefined(context) }
            let call = NativeCall(
                component: component, context: context,
                arguments: UnsafeBufferPointer(start: arguments, count: arguments == nil ? 0 : count))
            do throws(ScriptFailure) {
                return try call.perform()
            } catch {
                exception?.pointee = call.makeError(error.message)
                return JSValueMakeUndefined(context)
            }
        }
        definition.finalize = { object in
            guard let box = JSObjectGetPrivate(object) else { return }
            Unmanaged<NativeBridge>.fromOpaque(box).release()
        }
        return JSClassCreate(&definition)
    }()
}
#endif
