/// A module whose messages a configuration can forward: a message handler after it has handled one, or a handler of
/// requests that passes their content on.
public protocol MessageSource: Sendable {
    /// Has every message of this module passed on, after the module is done with it and before it reports success.
    ///
    /// - Parameter receiver: Takes the messages. When it throws, the module reports a failure, so that the message comes
    ///   again where it can.
    func forward(to receiver: any MessageHandler)
}
