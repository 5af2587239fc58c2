import Testing
import WorkflowCore

@Suite("wfctl links and dashboard", .serialized)
struct PlatformLinkTests {
    @Test("makes, lists and removes links, and looks at what they could not deliver")
    func links() async throws {
        let fixture = try await PlatformFixture()
        try await fixture.withWorkflow()
        #expect(try await fixture.wfctl("workflows", "create", "Shipping").status == 0)
        #expect(try await fixture.wfctl("links", "list", "orders").errors == "orders has no links.\n")
        let made = try await fixture.wfctl("links", "create", "orders", "shipping", "order.*", "--topic", "incoming")
        let id = String(
            try #require(made.output.firstMatch(of: #/^order\.\* of orders reaches shipping: (\S+)\.\n/#)).1)
        let run = try await fixture.wfctl(
            "links", "create", "orders", "shop/shipping", "paid", "--part", "flow", "--action", "go", "-o", "json")
        #expect(try run.json["config"] == ["workflow": "flow", "action": "go"])
        let list = try await fixture.wfctl("links", "list", "shipping")
        #expect(list.lines.first?.split(separator: " ") == ["ID", "EVENTS", "FROM", "TO", "DOES"])
        #expect(list.output.contains(#/ paid +orders +shipping +runs flow go\n/#))
        #expect(list.output.contains(#/order\.\* +orders +shipping +publishes as incoming\n/#))
        for (arguments, status, message) in [
            (["create", "orders", "shipping", "order.*"], 3, "There is a link of this type between them"),
            (["create", "orders", "orders", "x"], 3, "A workflow cannot be linked to itself"),
            (["create", "shipping", "orders", "x"], 3, "The link would close a circle"),
            (["create", "orders", "nix", "x"], 5, "There is no workflow \"nix\" in acme/shop"),
            (["create", "orders", "shipping", "a..b"], 64, "/link_type"),
            (["create", "orders", "shipping", "x", "--part", "flow"], 64, "--part and --action go together."),
            (["create", "orders", "shipping", "x", "--part", "a", "--action", "b", "--topic", "t"], 64, "--topic"),
            (
                ["deadletters", "redrive", "orders", id, String(repeating: "a", count: 64)], 5,
                "There is no dead letter"
            ),
            (
                ["deadletters", "delete", "orders", id, String(repeating: "a", count: 64), "--yes"], 5,
                "There is no dead"
            ),
            (["deadletters", "list", "orders", "nix"], 5, "There is no link nix of orders"),
            (["remove", "orders", id], 64, "pass --yes"),
        ] {
            let result = try await fixture.wfctl(["links"] + arguments)
            #expect(result.status == Int32(status), "\(arguments): \(result.errors)")
            #expect(result.errors.contains(message), "\(result.errors)")
        }
        let circle = try await fixture.wfctl(
            "links", "create", "shipping", "orders", "done", "--allow-cycle", "--hop-limit", "3", "-o", "json")
        #expect(try circle.json["config"]?["hop_limit"] == 3, "\(circle.errors)")
        let dead = try await fixture.wfctl("links", "deadletters", "list", "orders", id)
        #expect(dead.errors == "The target has taken everything.\n")
        let redriven = try await fixture.wfctl("links", "deadletters", "redrive", "orders", id)
        #expect(redriven.errors == "0 events to be delivered again.\n")
        #expect(try await fixture.wfctl("links", "remove", "shipping", id, "--yes").status == 0)
        #expect(try await fixture.wfctl("links", "remove", "orders", id, "--yes").status == 5)
        #expect(try await fixture.wfctl("links", "list", "orders", "-o", "json").json["data"]?.arrayValue?.count == 2)
        try await fixture.stop()
    }

    @Test("shows a company and a workflow at a glance")
    func dashboard() async throws {
        let fixture = try await PlatformFixture()
        try await fixture.withWorkflow()
        #expect(try await fixture.wfctl("workflows", "create", "Later").status == 0)
        #expect(try await fixture.wfctl("workflows", "deploy", "orders", "--yes").status == 0)
        #expect(try await fixture.wfctl("companies", "create", "Beta").status == 0)
        let shown = try await fixture.wfctl("dashboard")
        #expect(shown.lines.prefix(2) == ["company     acme", "workflows   2: 1 draft, 1 active"], "\(shown.errors)")
        #expect(shown.output.contains("\nexecutions  none\n"))
        #expect(
            shown.output.contains(
                #/\nWORKFLOW +STATUS +RUNNING +COMPLETED +FAILED +WARNINGS +ERRORS\nLater +draft +0 /#))
        #expect(shown.lines.allSatisfy { $0.count <= 80 })
        let part = try await fixture.wfctl("dashboard", "--limit", "1")
        #expect(part.errors.hasPrefix("There are more: --cursor "))
        let document = try await fixture.wfctl("dashboard", "-o", "json").json
        #expect(document["total_workflows"] == 2)
        #expect(document["workflow_summaries"]?.arrayValue?.count == 2)
        #expect(try await fixture.wfctl("dashboard", "--company", "beta", "-o", "json").json["total_workflows"] == 0)
        let one = try await fixture.wfctl("dashboard", "shop/orders")
        #expect(one.lines.first == "workflow    orders")
        let single = try await fixture.wfctl("dashboard", "orders", "-o", "json").json
        #expect(single["workflow"]?["slug"] == "orders")
        #expect(try await fixture.wfctl("dashboard", "nix").status == 5)
        #expect(try await fixture.wfctl("dashboard", "--limit", "0").status == 64)
        try await fixture.stop()
    }
}
