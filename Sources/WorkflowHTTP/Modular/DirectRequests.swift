package import Logging
import Synchronization
package import WorkflowCore

/// Hands requests to the servers of an application without a network.
///
/// Give one to ``SharedListenerFactory/init(directRequests:)``: the listeners of `http.server` and of all other modules
/// register here instead of binding their addresses.
package final class DirectRequests: Sendable {
    private let listeners = Mutex<[(address: String, responder: GenerationResponder)]>([])
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
        let responder = listeners.withLock { listeners in
            (address.map { address in listeners.first { $0.address == address } } ?? listeners.first)?.responder
        }
        guard let responder else { return nil }
        do {
            return try await responder.handle(request)
        } catch {
            return try RouteChain.response(for: error, request: request, logger: logger)
        }
    }

    func lead(_ key: String, to responder: GenerationResponder) {
        let address = key.hasPrefix("listener ") ? String(key.dropFirst("listener ".count)) : key
        listeners.withLock { listeners in
            if let index = listeners.firstIndex(where: { $0.address == address }) {
                listeners[index].responder = responder
            } else {
                listeners.append((address, responder))
            }
        }
    }

    func end(_ responder: GenerationResponder) {
        listeners.withLock { $0.removeAll { $0.responder === responder } }
    }
}
