import Logging
import Synchronization
import WorkflowCore

/// What one generation has of a ``SharedListener``: from the opening to the end of the requests that it has begun.
final class GenerationListener: Sendable {
    private struct State {
        var key = ""
        var listener: SharedListener?
        var settings: ConnectionSettings?
        var responder: GenerationResponder?
        /// What stands in for a socket.
        var standIn: (any ListenerStandIn)?
        var standInSettings: HTTPServerConfiguration?
        var standInListener: StandInListener?
        /// When the end of the requests in progress was first waited for.
        var stopBegan: ContinuousClock.Instant?
    }

    private let context: ModuleContext
    private var environment: EngineEnvironment { context.environment }
    private let state = Mutex(State())

    init(context: ModuleContext) {
        self.context = context
    }

    /// The address that is listened on, with the port that the system chose; `nil` while there is none.
    var localAddress: ListenAddress? {
        let (listener, settings) = state.withLock { ($0.listener, $0.standInSettings) }
        return settings?.address ?? listener?.localAddress
    }

    /// The port that is listened on; `nil` while there is none and for unix sockets.
    var port: Int? { localAddress?.port }

    /// What people are told about it.
    func summaryLines(_ name: String, isSecure: Bool) -> [SummaryLine] {
        guard let address = localAddress else { return [] }
        let scheme = isSecure ? "https" : "http"
        switch address.endpoint {
        case .unix: return [SummaryLine("listener", "\(address) (\(name))")]
        case .tcp(nil, let port):
            return [SummaryLine("listener", "\(scheme)://localhost:\(port) on all addresses (\(name))")]
        case .tcp: return [SummaryLine("listener", "\(scheme)://\(address) (\(name))")]
        }
    }

    /// Whether the files of the certificate and the key still hold what was read from them; blocks while it reads them.
    var isCurrent: Bool { state.withLock { $0.settings }?.isCurrent ?? true }

    /// Reads certificate and key, and binds the address, unless an earlier generation has done so.
    ///
    /// - Parameters:
    ///   - configuration: How to listen, and what connections get that are accepted while this generation is active.
    ///   - owner: What tells listeners apart whose ports the system chooses.
    /// - Throws: What ``HTTPServer/start()`` throws.
    func open(_ configuration: HTTPServerConfiguration, owner: String) async throws {
        if let standIn = (environment.httpListeners as? SharedListenerFactory)?.standIn {
            let key = configuration.listenerKey(owner: owner)
            state.withLock { state in
                (state.key, state.standIn, state.standInSettings) = (key, standIn, configuration)
            }
            return
        }
        var configuration = configuration
        configuration.inheritedSockets = (environment.httpListeners as? SharedListenerFactory)?.inheritedSockets
        let settings = try await ConnectionSettings.load(configuration, on: HTTPEventLoops.shared.threadPool)
        let key = configuration.listenerKey(owner: owner)
        let listener = try environment.resources.acquire(
            key, make: { SharedListener(environment: environment) }, close: { await $0.close() })
        state.withLock { state in
            state.key = key
            state.listener = listener
            state.settings = settings
        }
        let address = configuration.address
        do {
            try await listener.open(settings)
        } catch let error as WorkflowError where environment.resources.hasOther(than: key, address: address) {
            throw WorkflowError(
                error.code,
                "This program listens on \(address) with another reusePort, which cannot change until it is restarted "
                    + "(see docs/upgrade.md).", cause: error.cause)
        }
    }

    /// Lets a handler answer the requests that begin from now on.
    func activate(_ handler: any HTTPHandler) {
        let responder = GenerationResponder(
            next: environment.traces.tracing(handler), outcomes: context.generation.outcomes)
        let (listener, settings, standIn, standInListener) = state.withLock { state in
            state.responder = responder
            state.standInListener = state.standInSettings.map {
                StandInListener(key: state.key, settings: $0, context: context, handler: responder)
            }
            return (state.listener, state.settings, state.standIn, state.standInListener)
        }
        if let standInListener { standIn?.add(standInListener) }
        if let listener, let settings { listener.activate(responder, settings) }
    }

    /// Takes nothing new any more, unless another generation goes on; the time to finish runs from here.
    func quiesce() async {
        let (listener, responder) = state.withLock { state in
            state.stopBegan = .now
            return (state.listener, state.responder)
        }
        guard let listener, let responder else { return }
        await listener.quiesce(responder)
    }

    /// Gives the listener back and waits for the requests that this generation has begun.
    ///
    /// - Parameter duration: How long they may take, from ``quiesce()`` on.
    func close(within duration: Duration) async {
        let (key, listener, responder, began) = state.withLock { state in
            defer { state.listener = nil }
            return (state.key, state.listener, state.responder, state.stopBegan)
        }
        let end = (began ?? .now).advanced(by: duration)
        let (standIn, standInListener) = state.withLock { state in
            state.standInSettings = nil
            return (state.standIn.take(), state.standInListener.take())
        }
        if let standIn {
            if let standInListener { standIn.remove(standInListener) }
            if standIn.waitsForRequests { await finish(responder, until: end) }
            return
        }
        guard let listener else { return }
        if let responder { listener.deactivate(responder) }
        listener.drainTime = max(.zero, ContinuousClock.now.duration(to: end))
        listener.leave()
        await listener.finish()
        await environment.resources.release(key)
        await finish(responder, until: end)
    }

    /// Waits for what this generation has begun: another one may keep the listener, but that belongs to its modules.
    private func finish(_ responder: GenerationResponder?, until end: ContinuousClock.Instant) async {
        guard let progress = responder?.progress else { return }
        let kept = context.generation.carriedOver
        await progress.waitUntilIdle(for: ContinuousClock.now.duration(to: end), without: kept)
        let left = progress.count(without: kept)
        guard left > 0 else { return }
        environment.metrics.requestsCutOff.with().increment(by: left)
        context.logger.warning(
            "Requests were not finished in time and are cut off",
            metadata: ["requests": "\(left)", "generation": "\(context.generation.number)"])
    }
}
