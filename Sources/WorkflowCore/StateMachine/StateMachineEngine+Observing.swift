import Synchronization

extension StateMachineEngine {
    /// Calls `body` with every instance after each of its changes was committed, for as long as the engine lives.
    ///
    /// Changes that follow each other quickly may be told in another order; compare ``StateMachineInstance/version``.
    ///
    /// - Parameter body: Must be quick and must not block: it runs before the caller of the change goes on.
    public func observe(_ body: @escaping @Sendable (StateMachineInstance) -> Void) {
        callbacks.withLock { $0.append(body) }
    }

    /// Tells everybody that an instance has changed.
    func notify(_ instance: StateMachineInstance) {
        for callback in callbacks.withLock({ $0 }) { callback(instance) }
        observers.notify(instance)
    }
}
