import Testing
import WorkflowCore

@Suite("wfctl environments, promotions and labels", .serialized)
struct PlatformPromotionTests {
    @Test("promotes at once, or with an approval of somebody else")
    func promotions() async throws {
        let fixture = try await PlatformFixture()
        try await fixture.withWorkflow()
        try await fixture.invite("vera", "admin")
        func ada(_ arguments: String...) async throws -> ControlFixture.Result {
            try await fixture.wfctl(arguments + ["--context", "ada"])
        }
        func vera(_ arguments: String...) async throws -> ControlFixture.Result {
            try await fixture.wfctl(arguments + ["--context", "vera"])
        }
        let company = try #require(try fixture.entry("ada")["company"]?["id"]?.stringValue)
        let token = try #require(try fixture.entry("ada")["token"]?.stringValue)
        try await fixture.post(
            "/companies/\(company)/environments",
            ["environments": [["name": "dev"], ["name": "staging"], ["name": "prod", "requires_approval": true]]],
            token: token, method: "PUT")
        let environments = try await ada("environments", "list")
        #expect(environments.lines.first?.split(separator: " ") == ["ENVIRONMENT", "NEEDS", "APPROVAL"])
        #expect(environments.lines.dropFirst().map { $0.split(separator: " ") }.last == ["prod", "yes"])
        #expect(try await ada("environments", "list", "-o", "json").json["environments"]?.arrayValue?.count == 3)
        #expect(try await ada("promotions", "list", "orders").errors.hasPrefix("Nothing of orders was promoted"))

        #expect(try await ada("workflows", "deploy", "orders", "--environment", "staging", "--yes").status == 0)
        let direct = try await ada("promotions", "create", "orders", "--from", "staging", "--to", "dev", "--yes")
        #expect(direct.output == "version 1 of orders runs in dev.\n", "\(direct.errors)")
        let create = ["promotions", "create", "orders", "--from", "staging", "--to", "prod", "--comment", "fixes it"]
        #expect(try await fixture.wfctl(create + ["--context", "ada"]).status == 64)
        let asked = try await fixture.wfctl(create + ["--context", "ada", "--yes"])
        let id = try #require(asked.output.firstMatch(of: #/waits for an approval: (\S+)\.\n/#), "\(asked.errors)").1
        let own = try await ada("promotions", "approve", "orders", "--yes")
        #expect(own.status == 3)
        #expect(own.errors.contains("You have asked for it yourself; somebody else has to decide."))
        #expect(try await vera("promotions", "approve", "acme/shop/orders").status == 64)
        let rejected = try await vera(
            "promotions", "reject", "acme/shop/orders", String(id), "--comment", "not on Friday", "--yes", "-o", "json")
        #expect(try rejected.json["status"] == "rejected", "\(rejected.errors)")
        #expect(try rejected.json["decision_comment"] == "not on Friday")
        let closed = try await vera("promotions", "approve", "acme/shop/orders", String(id), "--yes")
        #expect(closed.status == 3)
        let nothing = try await vera("promotions", "approve", "acme/shop/orders", "--yes")
        #expect(nothing.status == 5)
        #expect(nothing.errors.hasPrefix("error: No promotion of orders waits for an approval.\n"))

        #expect(try await fixture.wfctl(create + ["--context", "ada", "--yes"]).status == 0)
        let approved = try await vera("promotions", "approve", "acme/shop/orders", "--yes")
        #expect(approved.output == "version 1 of orders in prod runs.\n", "\(approved.errors)")
        #expect(approved.errors == "It was asked for with: fixes it\n")
        try fixture.control.write(PlatformFixture.workflow.replacing("text/plain", with: "text/html"), "new.yaml")
        let unapproved = try await ada("deploy", "new.yaml", "--yes")
        #expect(unapproved.status == 3)
        #expect(unapproved.errors.hasPrefix("error: Version 2 of orders is saved, but: "))
        let list = try await ada("promotions", "list", "orders")
        #expect(list.lines.first?.hasPrefix("ID ") == true)
        #expect(list.lines.count == 4)
        let states = try await ada("environments", "list", "--workflow", "orders", "-o", "json").json
        #expect(states.arrayValue?.map { $0["deployed_version"] } == [1, 1, 1])
        for (arguments, status) in [
            (["create", "orders", "--from", "nowhere", "--to", "dev", "--yes"], 64),
            (["create", "orders", "--from", "dev", "--to", "dev", "--yes"], 64),
            (["create", "orders", "--to", "dev", "--yes"], 64), (["approve", "orders", "nix", "--yes"], 5),
        ] {
            let result = try await fixture.wfctl(["promotions"] + arguments + ["--context", "ada"])
            #expect(result.status == Int32(status), "\(arguments): \(result.errors)")
        }
        try await fixture.stop()
    }

    @Test("sets and removes labels, and finds workflows by them")
    func labels() async throws {
        let fixture = try await PlatformFixture()
        try await fixture.withWorkflow()
        #expect(try await fixture.wfctl("workflows", "labels", "list", "orders").errors == "orders has no labels.\n")
        let set = try await fixture.wfctl("workflows", "labels", "set", "orders", "team=blue", "tier=gold")
        #expect(
            set.lines.map { $0.split(separator: " ") } == [["LABEL", "VALUE"], ["team", "blue"], ["tier", "gold"]])
        let more = try await fixture.wfctl("workflows", "labels", "set", "orders", "team=a=b", "-o", "json")
        #expect(try more.json == ["team": "a=b", "tier": "gold"])
        #expect(try await fixture.wfctl("workflows", "list", "--label", "tier=gold").lines.count == 2)
        #expect(try await fixture.wfctl("workflows", "list", "--label", "tier=gold", "--label", "team=b").lines.isEmpty)
        #expect(
            try await fixture.wfctl("workflows", "show", "orders").output.contains(#/labels +team=a=b, tier=gold\n/#))
        let removed = try await fixture.wfctl("workflows", "labels", "remove", "orders", "team", "-o", "json")
        #expect(try removed.json == ["tier": "gold"])
        let missing = try await fixture.wfctl("workflows", "labels", "remove", "orders", "teir")
        #expect(missing.status == 5)
        #expect(missing.errors == "error: orders has no label \"teir\".\n    hint: did you mean \"tier\"?\n")
        for wrong in ["team", "=blue", "Team=blue"] {
            #expect(try await fixture.wfctl("workflows", "labels", "set", "orders", wrong).status == 64, "\(wrong)")
        }
        #expect(try await fixture.wfctl("workflows", "list", "--label", "team").status == 64)
        try await fixture.stop()
    }
}
