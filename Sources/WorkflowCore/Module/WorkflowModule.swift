/// A building block of an application: an entry of `modules`, or a section of `workflows` or `triggers`.
///
/// The life of a module:
/// 1. `init` takes the decoded configuration and finds its counterparts in ``ModuleContext/services``. It has no effect on
///    the outside: no files, sockets, threads. Counterparts that the configuration names, and those of the descriptor's
///    `requires`, have been created before.
/// 2. ``validate()`` checks what needs the counterparts.
/// 3. ``prepare()`` opens, migrates, subscribes. All modules are created and valid by now.
/// 4. ``activate()`` begins to take in work. All modules are prepared by now.
/// 5. ``run()`` is the module's own ongoing work, in a task that ends by cancellation.
/// 6. ``standBy()`` stops taking in work when a reloaded configuration has taken over; ``resume()`` begins again when that
///    one has failed. ``run()`` is cancelled before, and called again after.
/// 7. ``quiesce()`` ends what would keep others from stopping. All modules are still there.
/// 8. ``shutdown()`` finishes what is under way and releases everything; it is also called after a failed `prepare`.
public protocol WorkflowModule: Sendable {
    /// The keys of the module's configuration.
    associatedtype Configuration: ConfigurationObject

    /// What the module type is.
    static var descriptor: ModuleDescriptor { get }

    /// Creates the module without any effect on the outside.
    ///
    /// - Throws: ``ConfigurationError`` or ``WorkflowError`` when the configuration cannot work.
    init(configuration: Configuration, context: ModuleContext) throws

    /// What other modules find under this module's name; by default the module itself.
    var services: [any Sendable] { get }

    /// Checks what needs the counterparts.
    ///
    /// - Throws: ``ConfigurationError`` or ``WorkflowError``.
    func validate() throws
    /// Makes the module ready.
    func prepare() async throws
    /// Begins to take in work.
    func activate() async throws
    /// Does the module's ongoing work until it is cancelled; may be called again after ``resume()``.
    func run() async throws
    /// Takes in no more work, but keeps everything that it needs to go on.
    func standBy() async
    /// Takes in work again. Also called for a ``CarriedModule`` that is not current right after it has become active.
    func resume() async
    /// Ends what goes on without end, such as streams to clients, so that servers can stop; must be quick.
    func quiesce() async
    /// Finishes what is under way and releases everything. Called once, in reverse order of `prepare`.
    func shutdown() async
}

extension WorkflowModule {
    public var services: [any Sendable] { [self] }
    public func validate() throws {}
    public func prepare() async throws {}
    public func activate() async throws {}
    public func run() async throws {}
    public func standBy() async {}
    public func resume() async {}
    public func quiesce() async {}
    public func shutdown() async {}
}
