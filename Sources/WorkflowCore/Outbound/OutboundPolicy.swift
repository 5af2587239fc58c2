/// Where the HTTP requests of modules and components to other hosts may go.
///
/// The addresses that a host has are checked after it has been looked up, once more for each connection, and for each
/// redirect. Public addresses are allowed. Those of metadata services of clouds, and others that lead to no host of the
/// Internet, are refused unless ``allowed`` has them, or a configuration that decides (``Reach/configured``) names them.
public struct OutboundPolicy: Sendable, Hashable {
    /// Who decides about addresses that are not public.
    public enum Reach: String, Sendable, Hashable, CaseIterable {
        /// The configuration, by the hosts that it names itself and keys such as `allowPrivate`.
        case configured
        /// Only ``OutboundPolicy/allowed``, whatever the configuration says: for configurations of other people.
        case `public`
    }

    /// Who decides about addresses that are not public.
    public var reach: Reach
    /// What is allowed besides, whatever it is.
    public var allowed: [AddressRange]

    /// Creates a policy.
    ///
    /// - Parameters:
    ///   - reach: Who decides about addresses that are not public.
    ///   - allowed: What is allowed besides.
    public init(reach: Reach = .configured, allowed: [AddressRange] = []) {
        self.reach = reach
        self.allowed = allowed
    }

    /// What is left of a policy that a configuration asks for.
    package func limiting(_ policy: AddressPolicy) -> AddressPolicy {
        switch reach {
        case .configured:
            var policy = policy
            policy.ranges += allowed
            return policy
        case .public:
            return AddressPolicy(ranges: allowed, whoAllows: Self.serverRefuses)
        }
    }

    /// The policy for a host that the configuration names itself.
    package func policy(naming host: String) -> AddressPolicy {
        let literal = AddressRange(host)
        return limiting(
            AddressPolicy(allowsPrivate: true, ranges: literal.map { [$0] } ?? [], whoAllows: Self.serverRefuses))
    }

    /// The policy for hosts that the configuration names, where addresses that it names are not looked at.
    package var policyForNames: AddressPolicy {
        limiting(AddressPolicy(allowsPrivate: true, whoAllows: Self.serverRefuses))
    }

    private static let serverRefuses = "the outbound policy of this server does not allow"
}
