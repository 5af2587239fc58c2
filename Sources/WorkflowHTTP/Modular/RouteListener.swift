import Synchronization
import WorkflowCore

/// A listener that answers the routes of one module, unless a server of the application listens on its address.
final class RouteListener: HTTPListener {
    private struct State {
        var hasServer = false
        var table: RouteTable?
    }

    /// Where it listens.
    let address: ListenAddress
    /// The module that it belongs to.
    let name: String
    private let entries: [RouterEntry]
    private let context: ModuleContext
    private let listener: GenerationListener
    private let state = Mutex(State())

    init(address: ListenAddress, entries: [RouterEntry], context: ModuleContext) {
        self.address = address
        self.name = context.name
        self.entries = entries
        self.context = context
        listener = GenerationListener(context: context)
    }

    /// Leaves the address to a server.
    ///
    /// - Parameter router: The router of the server; `nil` when it has none, which is for the server to tell.
    func giveWay(to router: HTTPRouterModule?) {
        state.withLock { $0.hasServer = true }
        router?.add(routesOf: self, entries)
    }

    var hasServer: Bool { state.withLock { $0.hasServer } }

    /// Whether it listens or a server has its routes.
    private var isServed: Bool { hasServer || listener.port != nil }

    var port: Int? { listener.port }

    var summaryLines: [SummaryLine] { listener.summaryLines(name, isSecure: false) }

    func validate() throws {
        guard !hasServer else { return }
        _ = try compile()
    }

    func prepare() async throws {
        guard !hasServer else { return }
        let table = try compile()
        state.withLock { $0.table = table }
        var settings = HTTPServerConfiguration(address: address)
        // The routes limit the bodies; this way a change of their limits counts for open connections too.
        settings.maxBodyBytes = 1 << 30
        try await listener.open(settings, owner: "\(name) for routes")
    }

    func activate() async throws {
        guard let table = state.withLock({ $0.table }) else { return }
        listener.activate(table)
    }

    func quiesce() async {
        await listener.quiesce()
    }

    func shutdown() async {
        await listener.close(within: context.environment.drainDeadline)
    }

    /// Tells that it listens, as the servers of the application do.
    func addHealthCheck() {
        context.generation.addHealthCheck(
            "\(name) listener \(address)",
            ClosureHealthCheck { [weak self] in
                guard self?.isServed != true else { return }
                throw WorkflowError(.unavailable, "The listener is not open.")
            })
    }

    /// The routes that are answered.
    ///
    /// - Throws: ``ConfigurationError`` when they contradict each other.
    func compiledEntries() throws -> [RouterEntry] {
        var compiler = RouterCompiler(logger: context.logger, location: context.location)
        _ = try compiler.compile(entries, [])
        return compiler.entries
    }

    private func compile() throws -> RouteTable {
        var compiler = RouterCompiler(logger: context.logger, location: context.location)
        return try compiler.compile(entries, [])
    }
}
