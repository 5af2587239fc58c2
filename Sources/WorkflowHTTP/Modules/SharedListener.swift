import HTTPTypes
import Synchronization
import WorkflowCore

/// A listening server that outlives the generations that use it.
///
/// The settings of the generation that answers are those of the connections that are accepted meanwhile.
final class SharedListener: Sendable {
    /// What a generation that is active has brought.
    private struct ActiveGeneration {
        let responder: GenerationResponder
        let settings: ConnectionSettings
    }

    private struct State {
        /// The server, from ``SharedListener/open(_:)`` until it takes nothing new.
        var server: HTTPServer?
        /// Has the requests of the server that come before a generation is active.
        var waitingRoom: WaitingRoom?
        /// How many generations have the listener.
        var holders = 0
        /// The generations that are active, the newest last.
        var active: [ActiveGeneration] = []
        /// Servers that take nothing new and finish what they have begun.
        var draining: [HTTPServer] = []
        var drainTime: Duration = .seconds(30)
    }

    private let make: @Sendable (HTTPServerConfiguration, WaitingRoom) -> HTTPServer
    private let state = Mutex(State())

    init(environment: EngineEnvironment) {
        make = { configuration, waitingRoom in
            let observer = HTTPServerMetrics(metrics: environment.metrics)
            let server = HTTPServer(
                configuration: configuration, responder: waitingRoom, observer: observer, logger: environment.logger)
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
    /// - Parameter settings: What connections get until a generation is active.
    /// - Throws: What ``HTTPServer/start()`` throws.
    func open(_ settings: ConnectionSettings) async throws {
        let isOpen = state.withLock { state in
            state.holders += 1
            return state.server != nil
        }
        guard !isOpen else { return }
        let waitingRoom = WaitingRoom()
        let server = make(settings.configuration, waitingRoom)
        try await server.start(with: settings)
        state.withLock { ($0.server, $0.waitingRoom) = (server, waitingRoom) }
    }

    /// Says that a generation does not need the listener any more.
    func leave() {
        state.withLock { $0.holders -= 1 }
    }

    /// Gives the requests that begin from now on to a generation, and its settings to the connections that are accepted
    /// from now on.
    func activate(_ responder: GenerationResponder, _ settings: ConnectionSettings) {
        let waitingRoom = state.withLock { state in
            state.active.append(ActiveGeneration(responder: responder, settings: settings))
            state.server?.exchangeSettings(settings)
            state.server?.exchangeResponder(responder)
            return state.waitingRoom.take()
        }
        waitingRoom?.open(to: responder)
    }

    /// Takes a generation away. When it was the newest, the one before it answers again, and its settings count again.
    func deactivate(_ responder: GenerationResponder) {
        state.withLock { state in
            // The only one goes on until the listener is closed.
            guard state.active.count > 1 else { return }
            state.active.removeAll { $0.responder === responder }
            guard let current = state.active.last else { return }
            state.server?.exchangeSettings(current.settings)
            state.server?.exchangeResponder(current.responder)
        }
    }

    /// Takes nothing new any more, unless another generation goes on.
    func quiesce(_ responder: GenerationResponder) async {
        let drained = state.withLock { state -> HTTPServer? in
            guard state.holders <= 1, state.active.allSatisfy({ $0.responder === responder }) else { return nil }
            // A generation that wants the address again meanwhile gets another server there.
            state.active = []
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
        let name = "listener \(address)"
        return keys(beginningWith: name).contains { $0 != key && ($0 == name || $0.hasPrefix(name + " ")) }
    }
}

extension HTTPServerConfiguration {
    /// What tells listeners apart that generations may share: only what belongs to the socket and cannot change.
    ///
    /// - Parameter owner: Whose listener it is.
    func listenerKey(owner: String) -> String {
        // Listeners on ports that the system chooses are different ones.
        let owner = address.port == 0 ? " \(owner)" : ""
        return "listener \(address)\(owner)\(reusePort ? " with reusePort" : "")"
    }
}
