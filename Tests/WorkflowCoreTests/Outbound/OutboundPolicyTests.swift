import Testing

@testable import WorkflowCore

@Suite("Where requests to other hosts may go")
struct OutboundPolicyTests {
    private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    @Test func `what a configuration names may be private, but no metadata service unless it names its address`() throws
    {
        let policy = OutboundPolicy()
        for text in ["10.0.0.1", "127.0.0.1", "::1", "8.8.8.8"] {
            #expect(policy.policy(naming: "inside.example").problem(try address(text)) == nil, "\(text)")
        }
        for text in ["169.254.169.254", "100.100.100.200", "fd00:ec2::254"] {
            #expect(policy.policy(naming: "inside.example").problem(try address(text)) != nil, "\(text)")
            #expect(policy.policy(naming: text).problem(try address(text)) == nil, "\(text)")
        }
    }

    @Test func `a configuration of somebody else reaches public addresses and those of the operator`() throws {
        let policy = OutboundPolicy(reach: .public, allowed: ["10.1.0.0/16"].compactMap { AddressRange($0) })
        let wish = AddressPolicy(allowsPrivate: true, ranges: ["169.254.169.254"].compactMap { AddressRange($0) })
        for asked in [policy.policy(naming: "127.0.0.1"), policy.limiting(wish), policy.policyForNames] {
            for text in ["127.0.0.1", "10.2.0.1", "169.254.169.254", "::1"] {
                #expect(asked.problem(try address(text)) != nil, "\(text)")
            }
            for text in ["10.1.2.3", "8.8.8.8"] { #expect(asked.problem(try address(text)) == nil, "\(text)") }
        }
        #expect(
            policy.limiting(wish).refusal(of: "a.example", "a private address").message
                == "a.example is, or leads to, a private address, which the outbound policy of this server does not allow."
        )
    }

    @Test func `what the operator allows is allowed for configurations too`() throws {
        let policy = OutboundPolicy(allowed: ["192.168.7.0/24"].compactMap { AddressRange($0) })
        #expect(policy.limiting(AddressPolicy()).problem(try address("192.168.7.1")) == nil)
        #expect(policy.limiting(AddressPolicy()).problem(try address("192.168.8.1")) == "a private address")
    }
}
