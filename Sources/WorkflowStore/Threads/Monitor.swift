#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A state that threads change one at a time and wait for changes of.
///
/// `@unchecked Sendable`: every access to the stored state happens with the mutex held.
package final class Monitor<State>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State

    /// Creates a monitor.
    ///
    /// - Parameter state: The state at first.
    package init(_ state: State) {
        self.state = state
        pthread_mutex_init(mutex, nil)
        #if canImport(Darwin)
        pthread_cond_init(condition, nil)
        #else
        let attributes = UnsafeMutablePointer<pthread_condattr_t>.allocate(capacity: 1)
        pthread_condattr_init(attributes)
        pthread_condattr_setclock(attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, attributes)
        pthread_condattr_destroy(attributes)
        attributes.deallocate()
        #endif
    }

    deinit {
        pthread_mutex_destroy(mutex)
        pthread_cond_destroy(condition)
        mutex.deallocate()
        condition.deallocate()
    }

    /// Calls `body` with the state, alone. It must be short.
    package func withLock<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&state)
    }

    /// Wakes one thread that waits.
    package func signal() { pthread_cond_signal(condition) }

    /// Wakes all threads that wait.
    package func broadcast() { pthread_cond_broadcast(condition) }

    /// Blocks the thread until `body` returns a value. It is called at first, after each signal, and when a time has
    /// come that it asked for.
    ///
    /// - Parameter body: Returns a value, or how long to wait for a signal at most; `nil` for as long as it takes.
    package func wait<Value>(for body: (inout State) -> Awaited<Value>) -> Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            switch body(&state) {
            case .value(let value): return value
            case .wait(nil): pthread_cond_wait(condition, mutex)
            case .wait(let duration?): wait(for: duration)
            }
        }
    }

    private func wait(for duration: Duration) {
        let (seconds, attoseconds) = max(.zero, duration).components
        var time = timespec()
        #if canImport(Darwin)
        time.tv_sec = Int(seconds)
        time.tv_nsec = Int(attoseconds / 1_000_000_000)
        pthread_cond_timedwait_relative_np(condition, mutex, &time)
        #else
        clock_gettime(CLOCK_MONOTONIC, &time)
        let nanoseconds = time.tv_nsec + Int(attoseconds / 1_000_000_000)
        time.tv_sec += Int(seconds) + nanoseconds / 1_000_000_000
        time.tv_nsec = nanoseconds % 1_000_000_000
        pthread_cond_timedwait(condition, mutex, &time)
        #endif
    }
}

/// What a thread waits for; see ``Monitor/wait(for:)``.
package enum Awaited<Value> {
    /// It is there.
    case value(Value)
    /// It is not; the thread looks again after a signal, and after this time.
    case wait(Duration?)
}
