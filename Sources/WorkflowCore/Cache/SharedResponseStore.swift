/// Keeps answers that several processes share.
package protocol SharedResponseStore: Sendable {
    /// Looks an answer up; while another process has an equal request answered, waits for that answer.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first, and nothing else.
    func place(of key: CacheKey) async throws -> SharedResponsePlace

    /// Keeps the answer to a request that went on, unless something was changed meanwhile that it may not know of.
    ///
    /// - Parameters:
    ///   - ticket: What ``place(of:)`` returned.
    ///   - key: The key of the request.
    ///   - answer: The answer; `nil` when there is none that others may get.
    func finish(_ ticket: SharedResponseTicket, _ key: CacheKey, _ answer: CachedResponse?) async

    /// Forgets, for all processes, what a change at a path may have made stale.
    func invalidate(_ path: String) async
}

/// What a request finds in a shared store.
package enum SharedResponsePlace: Sendable {
    /// An answer.
    case hit(CachedResponse)
    /// Nothing: the request goes on and the store is told the outcome.
    case lead(SharedResponseTicket)
    /// The store is out of reach: the request goes on.
    case away
}

/// What a store remembers of a request that goes on.
package struct SharedResponseTicket: Sendable, Hashable {
    /// Tells who has the request answered.
    package let token: String
    /// What the store had seen of changes when the request began.
    package let version: [UInt8]

    /// Creates a ticket.
    package init(token: String, version: [UInt8]) {
        self.token = token
        self.version = version
    }
}
