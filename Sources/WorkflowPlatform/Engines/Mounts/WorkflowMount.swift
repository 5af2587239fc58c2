import HTTPTypes
import Logging
import Synchronization
import WorkflowCore
import WorkflowHTTP

/// Answers the requests of one workflow with the listeners of its generations, none of which has a socket.
///
/// The listener of the newest generation answers; a generation before goes on with what it has begun. `/~8081/hooks`
/// below the mount leads to the listener that the configuration has on port 8081 beside its server.
final class WorkflowMount: ListenerStandIn {
    /// What requests need to know.
    private struct Routing: Sendable {
        /// The listeners in the order in which they came.
        var listeners: [StandInListener] = []
        var limits = DeploymentLimits()
        var gate: RequestGate?
        /// What those are told who come while there is no listener.
        var absence = "The workflow is being started."
    }

    private let routing = Mutex(Routing())
    private let inFlight = RequestCount()
    private let answering: MountAnswering

    /// Creates a mount without listeners.
    ///
    /// - Parameter logger: Takes the errors of handlers that have no answer of their own.
    init(logger: Logger) {
        answering = MountAnswering(logger: logger)
    }

    var waitsForRequests: Bool { true }

    func add(_ listener: StandInListener) {
        routing.withLock { $0.listeners.append(listener) }
    }

    func remove(_ listener: StandInListener) {
        routing.withLock { $0.listeners.removeAll { $0 === listener } }
    }

    /// How many requests are in progress, streams included.
    var requestsInFlight: Int { inFlight.value.load(ordering: .relaxed) }

    /// Bounds the requests that come from now on.
    func limit(to limits: DeploymentLimits, behind gate: RequestGate?) {
        routing.withLock { ($0.limits, $0.gate) = (limits, gate) }
    }

    /// Says what those are told who come while nothing answers.
    func explainAbsence(_ text: String) {
        routing.withLock { $0.absence = text }
    }

    /// The paths that lead to the listeners of the newest generation, below the mount; the main one first.
    var paths: [String] {
        routing.withLock { routing in
            guard let main = Self.main(routing.listeners) else { return [] }
            return ["/"]
                + routing.listeners.compactMap { listener in
                    guard listener.generation == main.generation, listener !== main, let port = listener.port else {
                        return nil
                    }
                    return "/~\(port)/"
                }
        }
    }

    /// Answers a request.
    ///
    /// - Parameter prefix: The part of the path that led here; empty when the host did.
    /// - Throws: `CancellationError`, and ``HTTPError`` when the workflow does not take the request.
    func handle(_ request: ServerRequest, below prefix: Substring) async throws -> ServerResponse {
        let target = MountedTarget(request.path, below: prefix)
        if target.lacksSlash, request.method == .get || request.method == .head {
            // Without the slash, relative links would lead out of the mount.
            let query = request.query.map { "?\($0)" } ?? ""
            return ServerResponse(status: .temporaryRedirect, headers: [.location: "\(prefix)/\(query)"])
        }
        let (listener, limits, gate, absence) = routing.withLock { routing in
            (Self.listener(routing.listeners, port: target.port), routing.limits, routing.gate, routing.absence)
        }
        if let refusal = gate?.refusal { throw refusal }
        guard let listener else {
            guard target.port == nil else { throw HTTPError(.notFound, "There is nothing at \(request.path).") }
            throw HTTPError(.serviceUnavailable, absence, headers: [.retryAfter: "1"])
        }
        guard let slot = inFlight.enter(upTo: limits.concurrentRequests) else {
            throw HTTPError(
                .serviceUnavailable, "The workflow has as many requests in progress as it may have.",
                headers: [.retryAfter: "1"])
        }
        var response = try await answering.answer(request, target, by: listener, limits: limits)
        if case .stream(let length, let produce) = response.body {
            // The body is produced after this function has returned; it takes the slot with it.
            response.body = .stream(length: length) { writer in
                defer { slot.leave() }
                try await produce(writer)
            }
        } else {
            slot.leave()
        }
        return response
    }

    private static func main(_ listeners: [StandInListener]) -> StandInListener? {
        guard let newest = listeners.map(\.generation).max() else { return nil }
        let current = listeners.filter { $0.generation == newest }
        return current.first { serverTypes.contains($0.moduleType) } ?? current.first
    }

    private static func listener(_ listeners: [StandInListener], port: Int?) -> StandInListener? {
        guard let port else { return listeners.count == 1 ? listeners[0] : main(listeners) }
        return listeners.last { $0.port == port && port != 0 }
    }

    private static let serverTypes: Set<String> = ["http.server", "httpserver.modular"]
}
