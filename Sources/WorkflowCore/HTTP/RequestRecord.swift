import Synchronization

/// What is learned about a request while it is handled, for the access log and for metrics.
///
/// The server makes one for each request when somebody wants to read it; ``ServerRequest`` writes to it whenever a
/// middleware or the router sets ``ServerRequest/routePattern``, ``ServerRequest/id`` or
/// ``ServerRequest/principal``, although those work on their own copy of the request.
public final class RequestRecord: Sendable {
    private struct State {
        var routePattern = ""
        var requestID: String?
        var principalID: String?
    }

    private let state = Mutex(State())

    /// Creates an empty record.
    public init() {}

    /// The pattern of the route that matched; empty when none did.
    public var routePattern: String {
        get { state.withLock { $0.routePattern } }
        set { state.withLock { $0.routePattern = newValue } }
    }

    /// The identifier of the request.
    public var requestID: String? {
        get { state.withLock { $0.requestID } }
        set { state.withLock { $0.requestID = newValue } }
    }

    /// Who made the request.
    public var principalID: String? {
        get { state.withLock { $0.principalID } }
        set { state.withLock { $0.principalID = newValue } }
    }
}
