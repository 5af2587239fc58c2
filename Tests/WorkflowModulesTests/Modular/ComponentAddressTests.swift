import Testing
import WorkflowCore

@testable import WorkflowModules

/// Which addresses the hosts may have that a component is granted.
@Suite struct ComponentAddressTests {
    private func fetch(_ host: String, _ allow: String, _ server: LoopbackServer) async throws -> JSONValue {
        let script = FakeScript(execute: { _, scriptHost in
            try await scriptHost.call("fetch", arguments: [.string("http://\(host):\(server.port)/x"), .null])
        })
        var options = TestApplication.Options()
        options.scripts = ["a": script]
        let yaml = "modules: [{name: tool, type: dynamic.component, config: {source: a.js, allow: {\(allow)}}}]"
        return try await TestApplication.run(yaml, options) { try await $0.component("tool").execute(.null) }
    }

    @Test(arguments: ["localhost", "127.0.0.1"])
    func whatTheGrantNamesItselfMayBeAsked(host: String) async throws {
        try await LoopbackServer.run { server in
            let answer = try await fetch(host, "http: ['\(host):\(server.port)']", server)
            #expect(answer["status"] == 200)
        }
    }

    /// `127.1` stands for any name that leads to this machine.
    @Test func aNameMustNotLeadToThisMachineUnlessThatIsGranted() async throws {
        try await LoopbackServer.run { server in
            let hosts = "http: ['127.1:\(server.port)']"
            let error = await #expect(throws: WorkflowError.self) { try await fetch("127.1", hosts, server) }
            #expect(error?.code == .forbidden)
            #expect(
                error?.message.contains("a private address, which the keys allow.private and allow.addresses do not")
                    == true, "\(String(describing: error))")
            #expect(server.requests.isEmpty)
            for grant in ["private: true", "addresses: [127.0.0.1]"] {
                let answer = try await fetch("127.1", "\(hosts), \(grant)", server)
                #expect(answer["status"] == 200)
            }
        }
    }

    @Test func aRangeThatIsNoneIsRefusedWithItsPlace() async throws {
        var options = TestApplication.Options()
        options.scripts = ["a": FakeScript()]
        let yaml = "modules: [{name: t, type: dynamic.component, config: {source: a.js, allow: {addresses: [x]}}}]"
        let issues = try await TestApplication.issues(yaml, options)
        #expect(issues.count == 1)
        #expect(issues.first?.hasPrefix("app.yaml:1:") == true, "\(issues)")
        #expect(issues.first?.contains("\"x\" is not a range of addresses") == true, "\(issues)")
    }
}
