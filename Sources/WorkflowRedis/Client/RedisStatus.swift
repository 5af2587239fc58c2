#if Redis
/// How a client stands with its server.
package enum RedisStatus: Sendable, Hashable {
    /// The first attempt to connect is under way; commands wait for it.
    case connecting
    /// Commands are answered.
    case connected
    /// There is no connection, and why; commands fail at once, and the client keeps trying.
    case away(String)
}
#endif
