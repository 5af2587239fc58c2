/// A module that keeps the application's state.
public protocol StateStoreProvider: Sendable {
    /// The store; called after the module was prepared.
    ///
    /// - Throws: ``WorkflowError`` when it is not open.
    func stateStore() throws -> any StateStore
}
