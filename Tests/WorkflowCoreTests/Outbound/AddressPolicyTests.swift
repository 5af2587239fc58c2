import Testing

@testable import WorkflowCore

@Suite struct AddressPolicyTests {
    @Test(arguments: [
        ("8.8.8.8", nil), ("172.32.0.1", nil), ("2606:4700::1111", nil), ("64:ff9b::808:808", nil),
        ("127.0.0.1", "a private address"), ("10.255.255.255", "a private address"),
        ("172.16.0.1", "a private address"), ("172.31.255.255", "a private address"),
        ("192.168.0.1", "a private address"), ("100.64.0.1", "a private address"), ("::1", "a private address"),
        ("fd12::1", "a private address"), ("::ffff:10.0.0.1", "a private address"),
        ("64:ff9b::a00:1", "a private address"),
        ("169.254.1.1", "an address that is not public"), ("169.254.169.254", "an address that is not public"),
        ("::ffff:169.254.169.254", "an address that is not public"),
        ("0.0.0.0", "an address that is not public"), ("224.0.0.1", "an address that is not public"),
        ("255.255.255.255", "an address that is not public"), ("::", "an address that is not public"),
        ("fe80::1%eth0", "an address that is not public"), ("ff02::1", "an address that is not public"),
        ("::127.0.0.1", "an address that is not public"), ("2002:7f00:1::", "an address that is not public"),
        ("2001:0:1::1", "an address that is not public"),
        ("100.100.100.200", "an address of a metadata service"), ("fd00:ec2::254", "an address of a metadata service"),
    ])
    func onlyPublicAddressesAreAllowed(text: String, problem: String?) throws {
        let address = try #require(IPAddress(text))
        #expect(AddressPolicy().problem(address) == problem)
    }

    @Test(arguments: [
        ("10.0.0.1", nil), ("127.0.0.1", nil), ("::1", nil), ("fd12::1", nil),
        ("169.254.169.254", "an address that is not public"), ("fe80::1", "an address that is not public"),
        ("100.100.100.200", "an address of a metadata service"), ("224.0.0.1", "an address that is not public"),
    ])
    func privateOnesMayBeAllowedWithoutAllTheOthers(text: String, problem: String?) throws {
        let address = try #require(IPAddress(text))
        #expect(AddressPolicy(allowsPrivate: true).problem(address) == problem)
    }

    @Test func aRangeAllowsWhatIsInIt() throws {
        let ranges = ["10.1.0.0/16", "169.254.169.254", "fe80::/10"].compactMap { AddressRange($0) }
        let policy = AddressPolicy(ranges: ranges)
        for text in ["10.1.2.3", "::ffff:10.1.2.3", "169.254.169.254", "fe80::7", "8.8.8.8"] {
            #expect(policy.problem(try #require(IPAddress(text))) == nil, "\(text)")
        }
        for text in ["10.2.0.0", "169.254.169.253", "fec0::1", "127.0.0.1"] {
            #expect(policy.problem(try #require(IPAddress(text))) != nil, "\(text)")
        }
    }

    @Test(arguments: [
        "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "10.0.0.0/8/8", "host", "", "::/129", "::ffff:1.2.3.4/96",
    ])
    func whatIsNoRangeIsRefused(text: String) {
        #expect(AddressRange(text) == nil)
        #expect(AddressRange.problem(text)?.hasPrefix("\"\(text)\" is not a range of addresses") == true)
    }

    @Test(arguments: ["0x7f000001", "127.1", "2130706433", "01.2.3.4", "1.2.3.4.5", "[::1]", "localhost"])
    func otherSpellingsAreNoAddressesButNamesToLookUp(text: String) {
        #expect(IPAddress(text) == nil)
    }
}
