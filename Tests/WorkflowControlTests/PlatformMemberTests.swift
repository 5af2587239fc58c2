import Testing
import WorkflowCore

@Suite("wfctl members and invitations", .serialized)
struct PlatformMemberTests {
    @Test("lists, adds, changes and removes members of every level")
    func members() async throws {
        let fixture = try await PlatformFixture()
        try await fixture.withWorkflow()
        try await fixture.invite("vera", "viewer")
        func ada(_ arguments: String...) async throws -> ControlFixture.Result {
            try await fixture.wfctl(arguments + ["--context", "ada"])
        }
        let list = try await ada("members", "list")
        #expect(list.lines.first?.split(separator: " ") == ["E-MAIL", "NAME", "ROLE", "KIND", "SINCE"])
        #expect(list.lines.count == 3)
        #expect(list.output.contains(#/\nada@acme.example +Ada +owner +person /#))
        let vera = "vera@acme.example"
        for (arguments, said) in [
            (["set", "vera", "--role", "editor"], "\(vera) is editor of the company acme.\n"),
            (["add", vera, "--role", "admin", "--project", "shop"], "\(vera) is admin of the project shop.\n"),
            (["set", vera, "--role", "viewer", "--project", "shop"], "\(vera) is viewer of the project shop.\n"),
            (
                ["add", vera, "--role", "viewer", "--organization", "main"],
                "\(vera) is viewer of the organization main.\n"
            ),
            (["add", vera, "--role", "editor", "--workflow", "orders"], "\(vera) is editor of the workflow orders.\n"),
            (["set", vera, "--role", "admin", "--workflow", "orders"], "\(vera) is admin of the workflow orders.\n"),
        ] {
            let result = try await fixture.wfctl(["members"] + arguments + ["--context", "ada"])
            #expect(result.status == 0, "\(arguments): \(result.errors)")
            #expect(result.output == said)
        }
        for (option, name, role) in [
            ("--workflow", "shop/orders", "admin"), ("--project", "acme/shop", "viewer"),
            ("--organization", "main", "viewer"),
        ] {
            let members = try await ada("members", "list", option, name, "-o", "json").json["data"]
            #expect(members?.arrayValue?.count == 1)
            #expect(members?[0]?["role"] == .string(role))
        }
        let removal = ["members", "remove", vera, "--workflow", "orders", "--context", "ada"]
        #expect(try await fixture.wfctl(removal).status == 64)
        #expect(try await fixture.wfctl(removal + ["--yes"]).status == 0)
        let again = try await fixture.wfctl(removal + ["--yes"])
        #expect(again.status == 5)
        #expect(again.errors.hasPrefix("error: vera@acme.example has no role on the workflow orders itself.\n"))
        let all = try await ada("members", "remove", "vera", "--yes")
        #expect(all.errors == "\(vera) has no role on the company acme any more.\n")
        #expect(try await ada("members", "list", "--project", "shop").errors.hasPrefix("Nobody has a role on"))
        try await fixture.stop()
    }

    @Test("says what keeps somebody from being a member")
    func refused() async throws {
        let fixture = try await PlatformFixture()
        try await fixture.withWorkflow()
        try await fixture.invite("vera", "admin")
        for (arguments, status, message) in [
            (
                ["set", "nobody@acme.example", "--role", "viewer"], 5,
                "nobody@acme.example has no role on the company acme"
            ),
            (["set", "vear@acme.example", "--role", "viewer"], 5, "did you mean vera@acme.example?"),
            (["add", "nobody@acme.example", "--role", "viewer"], 5, "invite them with `wfctl invitations create`"),
            (["add", "vera", "--role", "viewer"], 3, "The user has a role on it already; change that."),
            (["add", "vera", "--role", "king"], 64, "king"),
            (["add", "vera"], 64, "--role"),
            (["list", "--organization", "main", "--project", "shop"], 64, "company/organization/project"),
            (["list", "--organization", "main", "--workflow", "orders"], 64, "not both"),
            (["list", "--project", "nix"], 5, "There is no project \"nix\" in acme"),
            (["remove", "ada", "--yes"], 3, "With the role admin you cannot give, change or take away owner."),
            (["set", "vera", "--role", "owner"], 3, "With the role admin you cannot"),
        ] {
            let result = try await fixture.wfctl(["members"] + arguments + ["--context", "vera"])
            #expect(result.status == Int32(status), "\(arguments): \(result.errors)")
            #expect(result.errors.contains(message), "\(result.errors)")
            #expect(result.output.isEmpty)
        }
        let last = try await fixture.wfctl("members", "set", "ada", "--role", "viewer", "--context", "ada")
        #expect(last.status == 3)
        #expect(last.errors.contains("last owner"))
        try await fixture.stop()
    }

    @Test("offers roles, and withdraws what nobody has accepted")
    func invitations() async throws {
        let fixture = try await PlatformFixture()
        try await fixture.withWorkflow()
        #expect(try await fixture.wfctl("invitations", "list").errors == "No invitation waits.\n")
        let made = try await fixture.wfctl(
            "invitations", "create", "sven@acme.example", "--role", "editor", "--project", "shop")
        #expect(
            made.output.hasPrefix("sven@acme.example is offered to be editor of the project shop, until 2"),
            "\(made.errors)")
        let second = try await fixture.wfctl(
            "invitations", "create", "sven@acme.example", "--role", "viewer", "-o", "json")
        #expect(try second.json["resource_type"] == "company")
        let list = try await fixture.wfctl("invitations", "list")
        #expect(list.lines.first?.split(separator: " ") == ["E-MAIL", "ROLE", "ON", "UNTIL", "ID"])
        #expect(list.lines.count == 3)
        let unclear = try await fixture.wfctl("invitations", "revoke", "sven@acme.example", "--yes")
        #expect(unclear.status == 64)
        let id = try #require(try second.json["id"]?.stringValue)
        #expect(unclear.errors.contains(id))
        #expect(try await fixture.wfctl("invitations", "revoke", id).status == 64)
        #expect(try await fixture.wfctl("invitations", "revoke", id, "--yes").status == 0)
        let gone = try await fixture.wfctl("invitations", "revoke", "sven@acme.example", "--yes")
        #expect(gone.errors == "It is withdrawn: the invitation of sven@acme.example as editor.\n")
        let none = try await fixture.wfctl("invitations", "revoke", "sven@acme.example", "--yes")
        #expect(none.status == 5)
        #expect(none.errors.hasPrefix("error: No invitation in acme for sven@acme.example waits.\n"))
        let wrong = try await fixture.wfctl("invitations", "create", "sven", "--role", "viewer")
        #expect(wrong.status == 64)
        #expect(wrong.errors.contains("/email"))
        try await fixture.stop()
    }
}
