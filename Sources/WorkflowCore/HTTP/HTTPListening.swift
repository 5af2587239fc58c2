/// A server of the application, for modules that bring routes for a certain port.
public protocol HTTPListening: Sendable {
    /// The port that it is to listen on; 0 when the system chooses, `nil` for unix sockets.
    var configuredPort: Int? { get }

    /// Whether its requests go to a router. Call it when all modules have been created.
    func leads(toRouter name: String) -> Bool
}
