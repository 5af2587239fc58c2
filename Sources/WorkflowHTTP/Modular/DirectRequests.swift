package import Logging
import Synchronization
package import WorkflowCore

/// Hands requests to the servers of an application without a network.
///
/// Give one to ``SharedListenerFactory/init(standIn:)``: the listeners of `http.server` and of all other modules
/// register here instead of binding their addresses.
package final class DirectRequests: ListenerStandIn {
    private let listeners = Mutex<[StandInListener]>([])
    private let logger: Logger

    /// Creates it without listeners.
    ///
    /// - Parameter logger: Takes the errors of handlers that have no answer of their own.
    package init(logger: Logger) {
        self.logger = logger
    }

    /// The addresses of the listeners that answer, such as `127.0.0.1:8080`, in the order in which they began.
    package var addresses: [String] { listeners.withLock { $0.map(\.address) } }

    /// Has a request answered as a server does that got it from a socket.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - address: The listener; `nil` for the first one.
    /// - Returns: The answer; `nil` when there is no such listener.
    /// - Throws: `CancellationError`, and what the producer of the answer does not turn into one.
    package func answer(_ request: ServerRequest, at address: String? = nil) async throws -> ServerResponse? {
        let handler = listeners.withLock { listeners in
            (address.map { address in listeners.first { $0.address == address } } ?? listeners.first)?.handler
        }
        guard let handler else { return nil }
        do {
            return try await handler.handle(request)
        } catch {
            return try RouteChain.response(for: error, request: request, logger: logger)
        }
    }

    package var waitsForRequests: Bool { false }

    package func add(_ listener: StandInListener) {
        listeners.withLock { listeners in
            if let index = listeners.firstIndex(where: { $0.address == listener.address }) {
                listeners[index] = listener
            } else {
                listeners.append(listener)
            }
        }
    }

    package func remove(_ listener: StandInListener) {
        listeners.withLock { $0.removeAll { $0 === listener } }
    }
}
