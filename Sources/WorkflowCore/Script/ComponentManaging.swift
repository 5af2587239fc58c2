/// Looks after the components of an application while it runs: those that its configuration defines, and those that were
/// added through the management API and are kept in the state store.
///
/// Changes of one component follow one another. Those that have been accepted are durable when ``change(_:of:)`` returns.
public protocol ComponentManaging: Sendable {
    /// Loads the added components that the store of a generation keeps. One that does not load is reported with its error.
    ///
    /// Called for each generation when its store is open and before its modules are created, so that these find them.
    ///
    /// - Throws: ``StoreError``.
    func open(_ generation: GenerationContext) async throws

    /// The added components by name.
    var added: [(name: String, component: any ExecutableComponent)] { get }

    /// Stops the added components after their calls; ``open(_:)`` may follow.
    func close() async

    /// Tells about all components, by name.
    func reports(of generation: GenerationContext) -> [ComponentReport]

    /// Tells about one component.
    ///
    /// - Throws: ``WorkflowError`` `.notFound`.
    func report(_ id: String, of generation: GenerationContext) throws -> ComponentReport

    /// Tries a component.
    ///
    /// - Throws: ``WorkflowError`` `.notFound`, and what ``ExecutableComponent/execute(_:)`` throws.
    func execute(_ id: String, _ input: JSONValue, of generation: GenerationContext) async throws -> JSONValue

    /// Changes a component. It goes on working meanwhile; when this throws, it is as it was before.
    ///
    /// - Throws: ``ScriptRejection`` when the script is at fault; ``WorkflowError`` `.notFound`, `.invalidInput`,
    ///   `.limitExceeded`, `.conflict` when it cannot be changed or its file not be written, `.storageFull`,
    ///   `.unavailable`; ``StoreError``; what the precondition throws.
    func change(_ change: ComponentChange, of generation: GenerationContext) async throws -> ComponentOutcome

    /// Returns the versions of a component that are kept, oldest first.
    ///
    /// - Throws: ``WorkflowError`` `.notFound`; ``StoreError``.
    func versions(of id: String, of generation: GenerationContext) async throws -> [ComponentVersion]
}

/// A change of a component that somebody asks for.
public struct ComponentChange: Sendable {
    /// What is to be done.
    public enum Action: Sendable {
        /// Puts a script in place, of a new component if there is none.
        case put(text: String)
        /// Puts the script of a version in place; `nil` for the one before.
        case rollback(version: Int?)
        /// Removes a component that was added.
        case remove
    }

    /// The component.
    public var id: String
    /// What is to be done.
    public var action: Action
    /// Who asks for it.
    public var principal: String
    /// Gets the digest of the script in place, or `nil`, when it is this change's turn; throws to prevent it.
    public var precondition: @Sendable (_ digest: String?) throws -> Void

    /// Creates a change.
    public init(
        id: String, action: Action, principal: String,
        precondition: @escaping @Sendable (_ digest: String?) throws -> Void = { _ in }
    ) {
        self.id = id
        self.action = action
        self.principal = principal
        self.precondition = precondition
    }
}

/// What a change has led to.
public struct ComponentOutcome: Sendable {
    /// The component after the change.
    public var report: ComponentReport
    /// The number of the version that the change has made; `nil` when it was removed, or has that script already.
    public var version: Int?

    /// Creates an outcome.
    public init(report: ComponentReport, version: Int?) {
        self.report = report
        self.version = version
    }
}
