import NIOCore
import WorkflowCore

/// Refuses to connect to addresses that a policy does not allow; the first handler of a channel.
///
/// Sees each address that a host has been found to have, before anything is sent to it.
final class OutboundAddressCheck: ChannelOutboundHandler {
    typealias OutboundIn = Never

    private let policy: AddressPolicy
    private let host: String

    init(_ policy: AddressPolicy, host: String) {
        self.policy = policy
        self.host = host
    }

    func connect(context: ChannelHandlerContext, to address: SocketAddress, promise: EventLoopPromise<Void>?) {
        let problem =
            address.ipAddress.flatMap { IPAddress($0) }.map { policy.problem($0) } ?? "a place without an address"
        if let problem {
            promise?.fail(policy.refusal(of: host, problem))
        } else {
            context.connect(to: address, promise: promise)
        }
    }
}
