import Testing
import WorkflowCore

@Suite("wfctl finds things by names", .serialized)
struct PlatformNameTests {
    @Test("a role on one project is enough")
    func roleOnAProject() async throws {
        let fixture = try await PlatformFixture()
        try await fixture.withWorkflow()
        for arguments in [
            ["projects", "create", "Other"], ["workflows", "create", "Hidden", "--project", "other"],
        ] {
            #expect(try await fixture.wfctl(arguments).status == 0, "\(arguments)")
        }
        try await fixture.invite("vera", "viewer", "--project", "shop")
        for (arguments, shown) in [
            (["companies", "list"], ["acme"]), (["projects", "list"], ["shop"]), (["workflows", "list"], ["orders"]),
            (["workflows", "list", "--project", "shop"], ["orders"]), (["workflows", "list", "--all"], ["orders"]),
        ] {
            let result = try await fixture.wfctl(arguments)
            #expect(result.status == 0, "\(arguments): \(result.errors)")
            #expect(result.lines.dropFirst().compactMap { $0.split(separator: " ").first.map(String.init) } == shown)
        }
        for arguments in [
            ["companies", "show"], ["companies", "use", "acme"], ["projects", "show", "acme/main/shop"],
            ["workflows", "show", "orders"], ["workflows", "show", "shop/orders"],
            ["workflows", "show", "acme/main/shop/orders"], ["workflows", "versions", "Orders"],
            ["executions", "list", "--workflow", "orders"], ["projects", "use", "shop"],
            ["workflows", "status", "orders"], ["members", "list", "--project", "shop"], ["dashboard"],
        ] {
            let result = try await fixture.wfctl(arguments)
            #expect(result.status == 0, "\(arguments): \(result.errors)")
        }
        let hidden = try await fixture.wfctl("workflows", "show", "other/hidden")
        #expect(hidden.status == 5)
        #expect(hidden.errors.hasPrefix("error: There is no project \"other\" in acme, or you may not see it.\n"))
        let forbidden = try await fixture.wfctl("workflows", "labels", "set", "orders", "team=blue")
        #expect(forbidden.status == 3)
        #expect(forbidden.errors.hasPrefix("error: This needs the role editor; you have viewer here."))
        try await fixture.stop()
    }

    @Test("a role on one workflow is enough")
    func roleOnAWorkflow() async throws {
        let fixture = try await PlatformFixture()
        try await fixture.withWorkflow()
        #expect(try await fixture.wfctl("projects", "create", "Other").status == 0)
        try await fixture.invite("sven", "viewer", "--project", "other")
        let members = try await fixture.wfctl("members", "list", "--project", "other", "--context", "ada", "-o", "json")
        let id = try #require(try members.json["data"]?[0]?["user_id"]?.stringValue)
        for arguments in [
            ["members", "add", id, "--role", "viewer", "--workflow", "orders", "--context", "ada"],
            ["members", "remove", "sven", "--project", "other", "--context", "ada", "--yes"],
        ] {
            let result = try await fixture.wfctl(arguments)
            #expect(result.status == 0, "\(arguments): \(result.errors)")
        }
        let listed = try await fixture.wfctl("workflows", "list", "-o", "json")
        #expect(try listed.json["data"]?.arrayValue?.compactMap { $0["slug"]?.stringValue } == ["orders"])
        for arguments in [
            ["companies", "list"], ["workflows", "show", "orders"], ["workflows", "show", "shop/orders"],
            ["workflows", "show", "acme/main/shop/orders"], ["workflows", "list", "--project", "shop"],
            ["executions", "list", "--workflow", "shop/orders"], ["members", "list", "--workflow", "orders"],
            ["environments", "list", "--workflow", "orders"], ["promotions", "list", "orders"],
            ["links", "list", "orders"], ["dashboard", "orders"],
        ] {
            let result = try await fixture.wfctl(arguments)
            #expect(result.status == 0, "\(arguments): \(result.errors)")
        }
        let none = try await fixture.wfctl("projects", "list")
        #expect(none.status == 0)
        #expect(none.errors.hasPrefix("There are no projects"))
        #expect(try await fixture.wfctl("projects", "show", "shop").status == 5)
        try await fixture.stop()
    }

    @Test("what is not found is said with the place that was looked in, and with what may be meant")
    func messages() async throws {
        let fixture = try await PlatformFixture()
        try await fixture.withWorkflow()
        for (arguments, message, hint) in [
            (
                ["workflows", "show", "nix"], "There is no workflow \"nix\" in acme/shop",
                "`wfctl workflows list` shows"
            ),
            (
                ["workflows", "show", "order"], "There is no workflow \"order\" in acme/shop",
                "did you mean \"orders\"?"
            ),
            (["workflows", "show", "shpo/orders"], "There is no project \"shpo\" in acme", "did you mean \"shop\"?"),
            (["workflows", "show", "acme/mian/shop/orders"], "There is no organization \"mian\" in acme", "\"main\"?"),
            (["workflows", "show", "acmee/shop/orders"], "There is no company \"acmee\"", "did you mean \"acme\"?"),
            (
                ["workflows", "list", "--project", "shpo"], "There is no project \"shpo\" in acme",
                "did you mean \"shop\"?"
            ),
            (
                ["projects", "show", "acme/other"], "There is no project \"other\" in acme",
                "`wfctl projects list` shows"
            ),
        ] {
            let result = try await fixture.wfctl(arguments)
            #expect(result.status == 5, "\(arguments)")
            #expect(
                result.errors.hasPrefix("error: \(message), or you may not see it.\n    hint: "), "\(result.errors)")
            #expect(result.errors.contains(hint), "\(result.errors)")
        }
        #expect(try await fixture.wfctl("projects", "create", "Empty").status == 0)
        let empty = try await fixture.wfctl("workflows", "list", "--project", "empty")
        #expect(empty.status == 0)
        #expect(empty.errors.hasPrefix("There are no workflows in acme/empty; make one"))
        let unclear = try await fixture.wfctl("projects", "show", "--company", "acme")
        #expect(unclear.status == 64)
        #expect(unclear.errors.contains("It is not clear which project in acme is meant."))
        #expect(try await fixture.wfctl("workflows", "show", "a/b/c/d/e").status == 64)
        try await fixture.stop()
    }
}
