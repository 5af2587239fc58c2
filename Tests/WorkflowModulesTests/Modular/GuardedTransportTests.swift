import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct GuardedTransportTests {
    /// Knows the addresses of some hosts.
    private struct Names: HostResolver {
        let table: [String: [String]]

        func addresses(of host: String) async throws -> [IPAddress] {
            guard let addresses = table[host] else { throw WorkflowError(.unavailable, "no such host") }
            return addresses.compactMap { IPAddress($0) }
        }
    }

    /// Knows every host, and how often it was asked.
    private struct CountingNames: HostResolver {
        let lookUps = TestCounter()
        let address = IPAddress("93.184.215.14")

        func addresses(of host: String) async throws -> [IPAddress] {
            lookUps.increment()
            return [address].compactMap { $0 }
        }
    }

    /// Remembers what is sent.
    private final class Transport: FetchTransport {
        private let history = Mutex<[String]>([])

        var sent: [String] { history.withLock { $0 } }

        func send(_ request: FetchRequest, limit: Int, timeout: Duration) async throws -> FetchResponse {
            history.withLock { $0.append(request.url) }
            return FetchResponse(status: 200, headers: [], body: [])
        }
    }

    private func send(
        _ url: String, policy: AddressPolicy = AddressPolicy(), named: [String] = []
    ) async throws -> (checked: [String], plain: [String]) {
        let (checked, plain) = (Transport(), Transport())
        let names = [
            "public.example": ["93.184.215.14"], "inside.example": ["10.0.0.7"], "localhost": ["127.0.0.1", "::1"],
            "mixed.example": ["93.184.215.14", "169.254.169.254"], "127.1": ["127.0.0.1"],
        ]
        let rules = named.compactMap { HostRule($0) }
        let transport = GuardedTransport(
            policy: policy, isNamed: { place in rules.contains { $0.allows(place) } }, resolver: Names(table: names),
            checked: checked, plain: plain)
        let request = FetchRequest(method: "GET", url: url, headers: [], body: [])
        _ = try await transport.send(request, limit: 10, timeout: .seconds(1))
        return (checked.sent, plain.sent)
    }

    @Test func aNameWithPublicAddressesIsAskedThroughCheckedConnections() async throws {
        let sent = try await send("https://public.example/x")
        #expect(sent.checked == ["https://public.example/x"])
        #expect(sent.plain.isEmpty)
    }

    @Test(arguments: [
        ("http://inside.example/", "inside.example is, or leads to, a private address, which"),
        ("http://mixed.example/", "mixed.example is, or leads to, an address that is not public, which"),
        ("http://localhost:81/", "localhost:81 is, or leads to, a private address, which"),
        ("http://127.1/", "127.1 is, or leads to, a private address, which"),
        ("http://10.0.0.7/", "10.0.0.7 is, or leads to, a private address, which"),
        ("http://[::1]:81/", "::1:81 is, or leads to, a private address, which"),
        ("http://[::ffff:169.254.169.254]/", "is, or leads to, an address that is not public, which"),
    ])
    func nothingIsSentToAddressesThatAreNotAllowed(url: String, message: String) async throws {
        let error = await #expect(throws: WorkflowError.self) { try await send(url) }
        #expect(error?.code == .forbidden)
        #expect(error?.message.contains(message) == true, "\(String(describing: error))")
    }

    @Test func whatTheConfigurationNamesItselfIsAllowed() async throws {
        #expect(try await send("http://10.0.0.7/", named: ["10.0.0.7"]).plain.count == 1)
        #expect(try await send("http://localhost:81/", named: ["localhost:81"]).plain.count == 1)
        // The name of a host says nothing about where it leads.
        await #expect(throws: WorkflowError.self) {
            try await send("http://inside.example/", named: ["inside.example"])
        }
    }

    @Test func rangesAndPrivateNetworksCanBeAllowed() async throws {
        let range = AddressPolicy(ranges: ["10.0.0.0/8"].compactMap { AddressRange($0) })
        #expect(try await send("http://inside.example/", policy: range).checked.count == 1)
        #expect(try await send("http://inside.example/", policy: AddressPolicy(allowsPrivate: true)).checked.count == 1)
        await #expect(throws: WorkflowError.self) {
            try await send("http://mixed.example/", policy: AddressPolicy(allowsPrivate: true))
        }
    }

    @Test func aHostIsLookedUpAgainAfterAWhile() async throws {
        let (clock, names) = (TestClock(), CountingNames())
        let resolver = RememberingResolver(names, clock: clock)
        for _ in 0..<3 { #expect(try await resolver.addresses(of: "a.example") == [names.address]) }
        #expect(names.lookUps.value == 1)
        clock.advance(by: .seconds(30))
        #expect(try await resolver.addresses(of: "a.example") == [names.address])
        #expect(names.lookUps.value == 2)
    }

    @Test func theSystemKnowsThisMachineAndNoOtherName() async throws {
        let addresses = try await SystemResolver().addresses(of: "localhost")
        #expect(!addresses.isEmpty)
        #expect(addresses.allSatisfy { AddressPolicy().problem($0) == "a private address" })
        #expect(try await SystemResolver().addresses(of: "127.1") == [try #require(IPAddress("127.0.0.1"))])
        await #expect(throws: WorkflowError.self) { try await SystemResolver().addresses(of: "nowhere.invalid") }
    }
}

@Suite struct CheckedHTTPClientTests {
    private func ask(_ url: String, _ policy: AddressPolicy) async throws -> Int {
        let client = CheckedHTTPClient(policy: policy)
        do {
            let request = FetchRequest(method: "GET", url: url, headers: [], body: [])
            let response = try await client.send(request, limit: 1000, timeout: .seconds(10))
            await client.shutdown()
            return response.status
        } catch {
            await client.shutdown()
            throw error
        }
    }

    /// What a name that leads elsewhere when the connection is made comes to.
    @Test func aConnectionToAnAddressThatIsNotAllowedCarriesNoRequest() async throws {
        try await LoopbackServer.run { server in
            let error = await #expect(throws: WorkflowError.self) { try await ask(server.url, AddressPolicy()) }
            #expect(error?.code == .forbidden)
            #expect(
                error?.message
                    == "the host is, or leads to, a private address, which the keys allowPrivate and allowedAddresses do not allow."
            )
            // The server takes one connection after the other: an earlier request would have come before.
            let status = try await ask(server.url + "/ok", AddressPolicy(allowsPrivate: true))
            #expect(status == 200)
            #expect(server.requests.map(\.path) == ["/ok"])
        }
    }
}
