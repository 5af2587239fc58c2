package import WorkflowCore

/// The connection of a broker to its server, which goes on when the configuration is reloaded.
package protocol BrokerLink: AnyObject, Sendable {
    /// Where the messages of a subscription come from.
    associatedtype Source: DeliverySource

    /// Messages that could not be handled, or not be published.
    var letters: DeadLetterBox { get }

    /// Begins to connect.
    func start()
    /// Returns when the first attempt to connect has come to its end.
    func waitForFirstAttempt() async
    /// Proves that the server can be reached.
    ///
    /// - Throws: ``WorkflowError`` `.unavailable`.
    func checkHealth() async throws
    /// The source of a subscription, which is made when there is none.
    ///
    /// - Parameter number: Tells subscriptions apart that have the same name and pattern, from 1.
    func source(of subscription: String, pattern: TopicPattern, number: Int) -> Source
    /// Sets a source up when there is a connection; otherwise that is done with the next one.
    ///
    /// - Throws: ``WorkflowError`` when the server refuses it.
    func connect(_ source: Source) async throws
    /// Forgets a source here; the server keeps its place.
    func remove(_ source: Source)
    /// The source of a subscription that dead letters go back to.
    func source(ofSubscription name: String) -> Source?
    /// Ends everything.
    ///
    /// - Parameter deadline: How long handlers may go on with the messages they have in hand.
    func shutdown(deadline: Duration) async
}

/// What one generation wants of a server.
package protocol BrokerDriver: Sendable {
    /// The connection.
    associatedtype Link: BrokerLink

    /// What tells connections apart; without secrets, but different with different ones.
    var identity: String { get }
    /// Bounds and retries of subscriptions.
    var options: DeliveryOptions { get }

    /// Makes the connection, without any effect on the outside.
    func makeLink(context: ModuleContext) -> Link
    /// Publishes a message and returns when the server has it.
    ///
    /// - Throws: ``WorkflowError``; ``MessageTooLarge``.
    func publish(_ message: Message, on link: Link) async throws
}

/// Why a message cannot be published, however often that is tried.
package struct MessageTooLarge: Error {
    /// The reason, in words.
    let reason: String

    /// - Parameters:
    ///   - size: The size of the message, in bytes.
    ///   - limit: How many bytes it may have.
    package init(size: Int, limit: Int) {
        reason = "The message has \(size) bytes, and at most \(limit) can be published."
    }

    /// - Parameter reason: The reason, in words.
    package init(reason: String) {
        self.reason = reason
    }
}
