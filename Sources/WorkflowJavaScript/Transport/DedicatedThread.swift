#if JavaScript
import CJavaScriptCore

/// A thread of the operating system, for work that blocks or must stay on one thread.
enum DedicatedThread {
    /// The stack that JavaScriptCore expects of a thread that it runs on.
    private static let stackSize = 8 << 20

    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    /// Runs `body` on a new thread.
    ///
    /// - Returns: Whether the thread could be created.
    static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        let box = Unmanaged.passRetained(Body(run: body))
        let result = workflow_start_thread(
            stackSize,
            { box in
                if let box { Unmanaged<Body>.fromOpaque(box).takeRetainedValue().run() }
                return nil
            }, box.toOpaque())
        if result != 0 { box.release() }
        return result == 0
    }
}
#endif
