import Synchronization
import WorkflowCore

/// Remembers for a short time what another resolver has found, so that not every request waits for a name server.
///
/// A name may lead elsewhere meanwhile: connections are checked for themselves.
final class RememberingResolver: HostResolver {
    private static let lifetime = Duration.seconds(30)
    private static let rememberedHosts = 1024

    private let resolver: any HostResolver
    private let clock: any EngineClock
    private let known = Mutex(
        BoundedCache<String, (addresses: [IPAddress], end: Timestamp)>(capacity: rememberedHosts))

    init(_ resolver: any HostResolver, clock: any EngineClock) {
        self.resolver = resolver
        self.clock = clock
    }

    func addresses(of host: String) async throws -> [IPAddress] {
        let now = clock.now
        if let found = known.withLock({ $0[host] }), now < found.end { return found.addresses }
        let addresses = try await resolver.addresses(of: host)
        known.withLock { $0[host] = (addresses, now.advanced(by: Self.lifetime)) }
        return addresses
    }
}
