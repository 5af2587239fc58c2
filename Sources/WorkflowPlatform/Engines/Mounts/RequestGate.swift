import Synchronization
public import WorkflowCore

/// Decides whether the requests of deployed workflows are taken at all; many of them may share one.
public final class RequestGate: Sendable {
    private let isClosed = Atomic<Bool>(false)
    private let answer = Mutex<HTTPError?>(nil)

    /// Creates an open gate.
    public init() {}

    /// What requests are answered instead of being taken; `nil` while they are.
    public var refusal: HTTPError? {
        get { isClosed.load(ordering: .relaxed) ? answer.withLock { $0 } : nil }
        set {
            answer.withLock { $0 = newValue }
            isClosed.store(newValue != nil, ordering: .relaxed)
        }
    }
}
