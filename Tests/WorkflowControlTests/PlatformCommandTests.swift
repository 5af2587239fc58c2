import Foundation
import Testing
import WorkflowCore

@Suite("wfctl with a platform", .serialized)
struct PlatformCommandTests {
    @Test("makes companies, organizations and projects, finds them by names, and remembers the used ones")
    func places() async throws {
        let fixture = try await PlatformFixture()
        try await fixture.login()
        let none = try await fixture.wfctl("projects", "list")
        #expect(none.errors == "There are no projects; make one with `wfctl projects create NAME`.\n")
        let made = try await fixture.wfctl("organizations", "create", "Main", "-o", "json")
        #expect(try made.json["slug"] == "main")
        #expect(try await fixture.wfctl("projects", "create", "Shop").lines[1] == "short name  shop")
        let projects = try await fixture.wfctl("projects", "list")
        #expect(projects.lines.first?.split(separator: " ") == ["PROJECT", "NAME", "ID", "USED"])
        #expect(projects.lines.last?.hasPrefix("shop     Shop  ") == true)
        let taken = try await fixture.wfctl("projects", "create", "Shop")
        #expect(taken.status == 3)
        let used = try await fixture.wfctl("projects", "use", "acme/main/shop")
        #expect(used.errors == "acme/shop is used from now on with ada.\n")
        #expect(try await fixture.wfctl("projects", "show", "-o", "json").json["name"] == "Shop")

        #expect(try await fixture.wfctl("organizations", "create", "Other").status == 0)
        let unclear = try await fixture.wfctl("projects", "create", "More")
        #expect(unclear.status == 64)
        #expect(
            unclear.errors == """
                error: It is not clear which organization in acme is meant.
                    hint: pass --organization; there are main, other

                """)
        #expect(try await fixture.wfctl("projects", "create", "Shop", "--organization", "other").status == 0)
        let twice = try await fixture.wfctl("projects", "show", "acme/shop")
        #expect(twice.status == 64)
        #expect(twice.errors.hasPrefix("error: There are 2 that are called \"shop\" in acme.\n"))
        #expect(try await fixture.wfctl("projects", "show", "acme/other/shop").status == 0)
        let misspelt = try await fixture.wfctl("companies", "show", "acmee")
        #expect(misspelt.status == 5)
        #expect(
            misspelt.errors == """
                error: There is no company "acmee", or you may not see it.
                    hint: did you mean "acme"?

                """)
        #expect(try await fixture.wfctl("projects", "show", "a/b/c/d").status == 64)
        #expect(try await fixture.wfctl("projects", "delete", "acme/other/shop").status == 64)
        #expect(try await fixture.wfctl("projects", "delete", "acme/other/shop", "--yes").status == 0)
        try await fixture.stop()
    }

    @Test("deploys a file: plan, question, version, and back")
    func deploy() async throws {
        let fixture = try await PlatformFixture()
        try await fixture.withWorkflow()
        let id = try #require(
            try await fixture.wfctl("workflows", "show", "orders", "-o", "json").json["id"]?.stringValue)
        let first = try await fixture.wfctl(
            "deploy", "orders.yaml", "--platform", "--yes", "--wait", "--observation", "0")
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.lines.last == "deployed, version 1 of orders, under /w/\(id)")
        #expect(first.errors == "orders is running, version 1.\n")
        #expect(try await fixture.call("/w/\(id)/hello") == 200)
        #expect(try await fixture.wfctl("deploy", "orders.yaml").output.hasPrefix("No changes; "))

        try fixture.control.write(PlatformFixture.workflow.replacing("text/plain", with: "text/html"), "new.yaml")
        let dry = try await fixture.wfctl("deploy", "new.yaml", "--dry-run")
        #expect(dry.status == 0)
        #expect(dry.output.contains(#"    ~ config.contentType: "text/plain" -> "text/html""#))
        let unasked = try await fixture.wfctl("deploy", "new.yaml")
        #expect(unasked.status == 64)
        #expect(unasked.errors.hasPrefix("error: Deploy this as orders on \(fixture.url)? There is nobody to ask.\n"))
        #expect(try await fixture.wfctl("workflows", "show", "orders", "-o", "json").json["version"] == 1)
        let second = try await fixture.wfctl(
            "deploy", "new.yaml", "--workflow", "acme/shop/orders", "--yes", "-o", "json")
        #expect(try second.json["deployed_version"] == 2)
        let status = try await fixture.wfctl("workflows", "status", "shop/orders", "-o", "json").json
        #expect(status["status"] == "running")
        #expect(status["version"] == 2)
        let versions = try await fixture.wfctl("workflows", "versions", "orders")
        #expect(versions.lines.count == 3)
        #expect(versions.lines[1].hasSuffix("  Ada  *"))
        let difference = try await fixture.wfctl("workflows", "diff", "orders", "--from", "1")
        #expect(difference.output.contains("contentType"))
        #expect(
            try await fixture.wfctl("workflows", "show", "orders", "--config", "--version", "1").output
                == PlatformFixture.workflow)
        let saved = try await fixture.wfctl("workflows", "show", "orders", "--config", "--version", "1", "-o", "json")
        #expect(try saved.json == ["version": 1, "config_yaml": .string(PlatformFixture.workflow)])
        #expect(try await fixture.wfctl("workflows", "show", "orders", "--config", "--version", "0").status == 64)
        let back = try await fixture.wfctl("workflows", "rollback", "orders", "--yes")
        #expect(back.output == "orders is active, version 1.\n")
        for (command, version) in [("rollback", 2), ("deploy", 1), ("rollback", 2), ("rollback", 1)] {
            let named = try await fixture.wfctl("workflows", command, "orders", "--version", "\(version)", "--yes")
            #expect(named.output == "orders is active, version \(version).\n")
        }
        for command in ["rollback", "deploy"] {
            #expect(try await fixture.wfctl("workflows", command, "orders", "--version", "0", "--yes").status == 64)
            let unasked = try await fixture.wfctl("workflows", command, "orders", "--version", "1")
            #expect(unasked.status == 64)
        }
        #expect(try await fixture.wfctl("workflows", "deploy", "orders", "--version", "9", "--yes").status == 3)
        #expect(try await fixture.wfctl("workflows", "stop", "orders", "--yes").output == "orders is stopped.\n")
        #expect(try await fixture.wfctl("workflows", "stop", "orders", "--yes").status == 3)
        let undecided = try await fixture.wfctl("workflows", "delete", "orders", "--no-input")
        #expect(undecided.status == 64)
        #expect(undecided.errors.contains("on \(fixture.url)"))
        #expect(try await fixture.wfctl("workflows", "delete", "orders", "--yes").status == 0)
        let gone = try await fixture.wfctl("deploy", "orders.yaml")
        #expect(gone.status == 5)
        #expect(gone.errors.hasPrefix("error: There is no workflow \"orders\" in acme/shop, or you may not see it.\n"))
        try await fixture.stop()
    }

    @Test("shows what is wrong with a configuration, with the lines of the file here")
    func refused() async throws {
        let fixture = try await PlatformFixture()
        try await fixture.withWorkflow()
        try fixture.control.write(PlatformFixture.workflow.replacing("http.router", with: "http.ruter"), "bad.yaml")
        for command in [
            ["deploy", "bad.yaml", "--yes"], ["workflows", "validate", "orders", "bad.yaml"],
            ["workflows", "create", "Worse", "--file", "bad.yaml"],
        ] {
            let result = try await fixture.wfctl(command)
            #expect(result.status == 65, "\(command): \(result.errors)")
            #expect(result.output.isEmpty)
            #expect(result.errors.contains("bad.yaml:4:5: error: modules[1].type: "))
            #expect(result.errors.contains("  4 |   - {name: router, type: http.ruter}\n    |     ^\n"))
        }
        #expect(try await fixture.wfctl("workflows", "show", "orders", "-o", "json").json["version"] == 1)
        let valid = try await fixture.wfctl("workflows", "validate", "orders", "orders.yaml")
        #expect(valid.output == "orders.yaml is valid for orders.\n")
        let nameless = PlatformFixture.workflow.replacing("name: orders\n", with: "")
        try fixture.control.write(nameless, "nameless.yaml")
        let unnamed = try await fixture.wfctl("deploy", "nameless.yaml")
        #expect(unnamed.status == 64)
        #expect(unnamed.errors.contains("pass --workflow, or write `name:` into the file"))
        #expect(try await fixture.wfctl("deploy", "none.yaml").status == 66)
        #expect(try await fixture.wfctl("deploy", "orders.yaml", "--force").status == 64)
        try await fixture.stop()
    }

    @Test("sets secrets from standard input, and never shows them")
    func secrets() async throws {
        let fixture = try await PlatformFixture()
        try await fixture.withWorkflow()
        let empty = try await fixture.wfctl("workflows", "secrets", "set", "orders", "TOKEN")
        #expect(empty.status == 66)
        let set = try await fixture.wfctl("workflows", "secrets", "set", "orders", "TOKEN", input: "hush-hush\r\n")
        #expect(set.output == "TOKEN is set; the next deployment of orders uses it.\n")
        let list = try await fixture.wfctl("workflows", "secrets", "list", "orders", "-o", "json")
        #expect(try list.json["data"]?[0]?["name"] == "TOKEN")
        #expect(!list.output.contains("hush"))
        #expect(try await fixture.wfctl("workflows", "secrets", "remove", "orders", "TOKEN", "--yes").status == 0)
        let again = try await fixture.wfctl("workflows", "secrets", "remove", "orders", "TOKEN", "--yes")
        #expect(again.status == 5)
        let name = try await fixture.wfctl("workflows", "secrets", "set", "orders", "no name", input: "x")
        #expect(name.status == 5)
        try await fixture.stop()
    }

    @Test("a viewer may look and not touch, a stranger sees nothing")
    func roles() async throws {
        let fixture = try await PlatformFixture()
        try await fixture.withWorkflow()
        let token = try #require(try fixture.entry("ada")["token"]?.stringValue)
        let company = try #require(try fixture.entry("ada")["company"]?["id"]?.stringValue)
        let id = try #require(
            try await fixture.wfctl("workflows", "show", "orders", "-o", "json").json["id"]?.stringValue)
        for name in ["vera", "sven"] {
            try await fixture.post(
                "/auth/register",
                [
                    "email": .string("\(name)@acme.example"), "password": .string(PlatformFixture.password),
                    "display_name": .string(name),
                ])
        }
        try await fixture.post(
            "/companies/\(company)/invitations", ["email": "vera@acme.example", "role": "viewer"], token: token)
        try await eventually("the invitation is sent") {
            fixture.server.standardOutput.contains(#/invitation[^\n]*token=wfi_|token=wfi_/#)
        }
        let invitation = try #require(fixture.server.standardOutput.firstMatch(of: #/token=(wfi_[\w-]+)/#)).1
        #expect(try await fixture.login("vera", "vera@acme.example").status == 0)
        let vera = try #require(try fixture.entry("vera")["token"]?.stringValue)
        let accepted = try await fixture.post(
            "/auth/invitations/accept", ["token": .string(String(invitation))], token: vera)
        #expect(accepted.status < 300)
        #expect(try await fixture.wfctl("workflows", "show", "acme/shop/orders", "--context", "vera").status == 0)
        let touched = try await fixture.wfctl(
            "deploy", "orders.yaml", "--workflow", "acme/shop/orders", "--yes", "--context", "vera")
        #expect(touched.status == 3)
        #expect(touched.errors.hasPrefix("error: This needs the role editor; you have viewer here."))
        let log = try await fixture.wfctl("audit", "verify", "--company", "acme", "--context", "vera")
        #expect(log.status == 3)

        #expect(try await fixture.login("sven", "sven@acme.example").status == 0)
        let strange = try await fixture.wfctl("workflows", "show", id, "--context", "sven")
        #expect(strange.status == 5)
        #expect(strange.errors.hasPrefix("error: There is no workflow \(id), or you may not see it.\n"))
        let nothing = try await fixture.wfctl("workflows", "list", "--all", "--context", "sven")
        #expect(nothing.errors == "There are no workflows; make one with `wfctl workflows create NAME`.\n")
        try await fixture.stop()
    }

    @Test("verifies the audit log on the platform, and an export without it")
    func audit() async throws {
        let fixture = try await PlatformFixture()
        try await fixture.withWorkflow()
        let list = try await fixture.wfctl("audit", "list", "--action", "workflow.create")
        #expect(list.lines.count == 2)
        #expect(list.lines[1].contains("  Ada  workflow.create  "))
        let online = try await fixture.wfctl("audit", "verify", "-o", "json")
        #expect(online.status == 0)
        let export = try await fixture.wfctl("audit", "export").output
        try await fixture.stop()
        try fixture.control.write(export, "log.ndjson")
        let head = try #require(try online.json["head"]?.stringValue)
        let whole = try await fixture.wfctl("audit", "verify", "log.ndjson", "--head", head, "-o", "json")
        #expect(whole.status == 0, "\(whole.output)")
        #expect(try whole.json["head"]?.stringValue == head)
        #expect(try whole.json["entries"] == online.json["entries"])

        var lines = export.split(separator: "\n").map(String.init)
        let made = try #require(lines.firstIndex { $0.contains("\"organization.create\"") })
        lines[made] = lines[made].replacing("Main", with: "Mine")
        try fixture.control.write(lines.joined(separator: "\n"), "changed.ndjson")
        let changed = try await fixture.wfctl("audit", "verify", "changed.ndjson", "-o", "json")
        #expect(changed.status == 1)
        #expect(try changed.json["reason"] == "the entry was changed")
        #expect(try changed.json["first_invalid"] == .integer(Int64(made + 1)))
        try fixture.control.write(
            lines.dropLast().joined(separator: "\n").replacing("Mine", with: "Main"), "cut.ndjson")
        #expect(try await fixture.wfctl("audit", "verify", "cut.ndjson").status == 0)
        let cut = try await fixture.wfctl("audit", "verify", "cut.ndjson", "--head", head, "-o", "json")
        #expect(cut.status == 1)
        #expect(try cut.json["reason"] == "the entry with the expected head is missing")
        let other = try await fixture.wfctl("audit", "verify", "orders.yaml")
        #expect(other.status == 66)
        #expect(other.errors.hasPrefix("error: Line 1 of orders.yaml is no entry of an audit log.\n"))
        #expect(try await fixture.wfctl("audit", "verify", "none.ndjson").status == 66)
    }
}
