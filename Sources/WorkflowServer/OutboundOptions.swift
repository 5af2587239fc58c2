public import ArgumentParser
public import WorkflowCore

/// Where requests to other hosts may go.
struct OutboundOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Who may allow requests to private addresses: the configuration (configured), or nobody (public).",
            valueName: "reach"))
    var outbound: OutboundPolicy.Reach = .configured

    @Option(
        help: ArgumentHelp(
            "Addresses that requests may go to besides, such as 10.1.0.0/16. May be repeated.", valueName: "range"),
        transform: { text in
            guard let range = AddressRange(text) else { throw ValidationError(AddressRange.problem(text) ?? text) }
            return range
        })
    var outboundAllow: [AddressRange] = []

    var policy: OutboundPolicy {
        OutboundPolicy(reach: outbound, allowed: outboundAllow)
    }
}

extension OutboundPolicy.Reach: ExpressibleByArgument {}
