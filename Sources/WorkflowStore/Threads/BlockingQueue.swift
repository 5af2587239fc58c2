#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A queue whose consumers are threads that block while it is empty.
///
/// `@unchecked Sendable`: every access to the stored state happens with the mutex held.
package final class BlockingQueue<Element: Sendable>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var elements: [Element] = []
    private var head = 0
    private var waiting = 0
    private var isClosed = false

    package init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        pthread_cond_destroy(condition)
        mutex.deallocate()
        condition.deallocate()
    }

    /// Adds an element and wakes a consumer.
    ///
    /// - Returns: `false` when the queue is closed; the element is not added then.
    package func push(_ element: Element) -> Bool {
        pthread_mutex_lock(mutex)
        guard !isClosed else {
            pthread_mutex_unlock(mutex)
            return false
        }
        elements.append(element)
        let wakes = waiting > 0
        pthread_mutex_unlock(mutex)
        if wakes { pthread_cond_signal(condition) }
        return true
    }

    /// Waits for elements and takes them in order.
    ///
    /// - Parameter limit: The greatest number to take.
    /// - Returns: The elements, or `nil` when the queue is closed and empty.
    package func take(upTo limit: Int) -> ArraySlice<Element>? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while head == elements.count {
            guard !isClosed else { return nil }
            waiting += 1
            pthread_cond_wait(condition, mutex)
            waiting -= 1
        }
        if head == 0, elements.count <= limit {
            defer { elements = [] }
            return elements[...]
        }
        let end = min(elements.count, head + limit)
        let taken = Array(elements[head..<end])
        head = end
        if head == elements.count {
            elements = []
            head = 0
        } else if head > 1024, head * 2 > elements.count {
            elements.removeFirst(head)
            head = 0
        }
        return taken[...]
    }

    /// Refuses further elements; consumers get what is left, then `nil`.
    package func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_mutex_unlock(mutex)
        pthread_cond_broadcast(condition)
    }
}
