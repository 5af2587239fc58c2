public import WorkflowCore

/// A module that is a message broker; its life is that of the broker.
public protocol BrokerModule: WorkflowModule {
    /// What carries the messages.
    var carrier: any GenerationalBroker { get }
}

extension BrokerModule {
    public func prepare() async throws {
        try await carrier.prepare()
    }

    public func activate() async throws {
        try carrier.activate()
    }

    public func standBy() async {
        carrier.standBy()
    }

    public func resume() async {
        carrier.resume()
    }

    public func shutdown() async {
        await carrier.shutdown()
    }
}
