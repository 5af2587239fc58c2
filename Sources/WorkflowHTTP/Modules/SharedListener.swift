import HTTPTypes
import Synchronization
import WorkflowCore

/// A listening server that outlives the generations that use it.
final class SharedListener: Sendable {
    private struct State {
        /// The server, from ``SharedListener/open()`` until it takes nothing new.
        var server: HTTPServer?
        /// Has the requests of the server that come before a generation is active.
        var waitingRoom: WaitingRoom?
        /// How many generations have the listener.
        var holders = 0
        /// Those of the generations that are active, the newest last.
        var responders: [GenerationResponder] = []
        /// Servers that take nothing new and finish what they have begun.
        var draining: [HTTPServer] = []
        var drainTime: Duration = .seconds(30)
    }

    private let make: @Sendable (WaitingRoom) -> HTTPServer
    private let state = Mutex(State())

    init(settings: HTTPServerConfiguration, environment: EngineEnvironment) {
        make = { waitingRoom in
            let observer = HTTPServerMetrics(metrics: environment.metrics)
            let server = HTTPServer(
                configuration: settings, responder: waitingRoom, observer: observer, logger: environment.logger)
            observer.countInFlight(of: server, in: environment.metrics)
            return server
        }
    }

    /// The address that is listened on; `nil` while there is none.
    var localAddress: ListenAddress? { state.withLock { $0.server }?.localAddress }

    /// How long requests in progress may take when the server is closed.
    var drainTime: Duration {
        get { state.withLock { $0.drainTime } }
        set { state.withLock { $0.drainTime = newValue } }
    }

    /// Binds the address, unless an earlier generation has done so.
    ///
    /// - Throws: What ``HTTPServer/start()`` throws.
    func open() async throws {
        let isOpen = state.withLock { state in
            state.holders += 1
            return state.server != nil
        }
        guard !isOpen else { return }
        let waitingRoom = WaitingRoom()
        let server = make(waitingRoom)
        try await server.start()
        state.withLock { ($0.server, $0.waitingRoom) = (server, waitingRoom) }
    }

    /// Says that a generation does not need the listener any more.
    func leave() {
        state.withLock { $0.holders -= 1 }
    }

    /// Gives the requests that begin from now on to a generation.
    func activate(_ responder: GenerationResponder) {
        let waitingRoom = state.withLock { state in
            state.responders.append(responder)
            _ = state.server?.exchangeResponder(responder)
            return state.waitingRoom.take()
        }
        waitingRoom?.open(to: responder)
    }

    /// Takes a generation away. When it was the newest, the one before it answers again.
    func deactivate(_ responder: GenerationResponder) {
        state.withLock { state in
            // The only one goes on until the listener is closed.
            guard state.responders.count > 1 else { return }
            state.responders.removeAll { $0 === responder }
            if let current = state.responders.last { _ = state.server?.exchangeResponder(current) }
        }
    }

    /// Takes nothing new any more, unless another generation goes on.
    func quiesce(_ responder: GenerationResponder) async {
        let drained = state.withLock { state -> HTTPServer? in
            guard state.holders <= 1, state.responders.allSatisfy({ $0 === responder }) else { return nil }
            // A generation that wants the address again meanwhile gets another server there.
            state.responders = []
            guard let server = state.server.take() else { return nil }
            state.draining.append(server)
            return server
        }
        await drained?.drain()
    }

    /// Lets requests in progress finish and closes the address.
    func close() async {
        let waitingRoom = state.withLock { state in
            if let server = state.server.take() { state.draining.append(server) }
            return state.waitingRoom.take()
        }
        waitingRoom?.close()
        await finish()
    }

    /// Lets the requests of servers finish that take nothing new.
    func finish() async {
        let (servers, deadline) = state.withLock { state in
            defer { state.draining = [] }
            return (state.draining, state.drainTime)
        }
        for server in servers { await server.stop(deadline: deadline) }
    }
}

extension SharedResourcePool {
    /// Whether a listener on an address is open under another key.
    func hasOther(than key: String, address: ListenAddress) -> Bool {
        keys(beginningWith: "listener \(address)").contains { $0 != key }
    }
}
