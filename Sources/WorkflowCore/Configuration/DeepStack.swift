import Dispatch
import Foundation
import Synchronization

/// Runs work that recurses deeper than the stack of the caller may allow.
enum DeepStack {
    private final class Box<Value: Sendable>: Sendable {
        let value = Mutex<Value?>(nil)
    }

    /// Runs `body` on a thread of its own and returns what it returns; the caller's thread waits meanwhile.
    ///
    /// - Parameters:
    ///   - stackSize: The size of the stack in bytes; memory is taken only for what is used of it.
    ///   - body: What to run; it must not wait for the caller.
    static func run<Value: Sendable>(stackSize: Int, _ body: @escaping @Sendable () -> Value) -> Value {
        let box = Box<Value>()
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            let value = body()
            box.value.withLock { $0 = value }
            done.signal()
        }
        thread.stackSize = stackSize
        thread.start()
        done.wait()
        // The thread has stored a value before it gave the signal.
        return box.value.withLock { $0 } ?? body()
    }
}
