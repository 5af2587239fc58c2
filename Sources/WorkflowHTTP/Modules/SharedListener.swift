import HTTPTypes
import Synchronization
import WorkflowCore

/// A listening server that outlives the generations that use it.
final class SharedListener: Sendable {
    private struct State {
        var isOpen = false
        /// Those of the generations that are active, the newest last.
        var responders: [GenerationResponder] = []
        var drainTime: Duration = .seconds(30)
    }

    /// The server.
    let server: HTTPServer
    private let state = Mutex(State())

    init(settings: HTTPServerConfiguration, environment: EngineEnvironment) {
        let observer = HTTPServerMetrics(metrics: environment.metrics)
        server = HTTPServer(
            configuration: settings, responder: StartingResponder(), observer: observer, logger: environment.logger)
        observer.countInFlight(of: server, in: environment.metrics)
    }

    /// How long requests in progress may take when the server is closed.
    var drainTime: Duration {
        get { state.withLock { $0.drainTime } }
        set { state.withLock { $0.drainTime = newValue } }
    }

    /// Binds the address, unless an earlier generation has done so.
    ///
    /// - Throws: What ``HTTPServer/start()`` throws.
    func open() async throws {
        guard !state.withLock({ $0.isOpen }) else { return }
        try await server.start()
        state.withLock { $0.isOpen = true }
    }

    /// Gives the requests that begin from now on to a generation.
    func activate(_ responder: GenerationResponder) {
        state.withLock { state in
            state.responders.append(responder)
            _ = server.exchangeResponder(responder)
        }
    }

    /// Takes a generation away. When it was the newest, the one before it answers again.
    func deactivate(_ responder: GenerationResponder) {
        state.withLock { state in
            // The only one goes on until the listener is closed.
            guard state.responders.count > 1 else { return }
            state.responders.removeAll { $0 === responder }
            if let current = state.responders.last { _ = server.exchangeResponder(current) }
        }
    }

    /// Takes nothing new any more, unless another generation goes on.
    func quiesce(_ responder: GenerationResponder) async {
        if state.withLock({ $0.responders.allSatisfy { $0 === responder } }) { await server.drain() }
    }

    /// Lets requests in progress finish and closes the address.
    func close() async {
        await server.stop(deadline: drainTime)
    }
}

/// Answers until the application is ready.
private struct StartingResponder: HTTPHandler {
    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        throw HTTPError(.serviceUnavailable, "The application is starting.", headers: [.retryAfter: "1"])
    }
}
