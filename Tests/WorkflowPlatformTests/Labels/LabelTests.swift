import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite(.timeLimit(.minutes(5))) struct LabelTests {
    private static func make(
        _ name: String, _ labels: JSONValue, _ tenant: TestTenant, _ test: TestPlatform
    ) async throws -> TestAnswer {
        test.clock.advance(by: .milliseconds(1))
        return try await test.send(
            .post, "/projects/\(tenant.project)/workflows", token: tenant.token(.editor),
            ["name": .string(name), "labels": labels])
    }

    @Test func labelsAreSetAndReplacedWithoutANewVersion() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let workflow = try await TestWorkflow.make(saying("one"), tenant, test)
            #expect(try await workflow.send(.get).data["labels"] == [:])
            let set = try await workflow.send(.put, as: .editor, ["labels": ["team": "blue", "example.org/tier": "1"]])
            #expect(set.status == 200)
            #expect(try set.data["labels"] == ["example.org/tier": "1", "team": "blue"])
            #expect(try set.data["version"] == 1)
            #expect(try set.data["revision"] == 2)
            // What is left out stays.
            #expect(try await workflow.send(.put, as: .editor, ["name": "Store"]).data["labels"]?["team"] == "blue")
            let replaced = try await workflow.send(.put, as: .editor, ["labels": ["owner": ""]])
            #expect(try replaced.data["labels"] == ["owner": ""])
            let audit = try await test.send(
                .get, "/companies/\(tenant.company)/audit?page_size=1", token: tenant.token(.admin))
            #expect(try audit.data[0]?["details"]?["after"] == ["labels": ["owner": ""]])
            #expect(try await workflow.send(.put, as: .viewer, ["labels": [:]]).status == 403)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func listsAreFilteredByLabels(database: TestDatabase) async throws {
        try await TestPlatform.withTenant(database) { test, tenant in
            for number in 1...5 {
                let labels: JSONValue = ["team": number % 2 == 0 ? "blue" : "red", "tier": number > 3 ? "gold" : "tin"]
                #expect(try await Self.make("W\(number)", labels, tenant, test).status == 201)
            }
            let stranger = try await TestTenant.make("Beta", test)
            _ = try await Self.make("Theirs", ["team": "red"], stranger, test)
            func names(_ path: String, as token: String) async throws -> [String] {
                (try await test.send(.get, path, token: token).data.arrayValue ?? []).compactMap {
                    $0["name"]?.stringValue
                }
            }
            let member: JSONValue = ["user_id": .string(tenant.outsider.id.text), "role": "viewer"]
            for (path, token) in [
                ("/projects/\(tenant.project)/workflows", tenant.token(.viewer)), ("/workflows", tenant.token(.viewer)),
            ] {
                #expect(try await names("\(path)?label=team:red", as: token) == ["W5", "W3", "W1"])
                #expect(try await names("\(path)?label=team:red&label=tier:gold", as: token) == ["W5"])
                #expect(try await names("\(path)?label=team:green", as: token) == [])
                #expect(try await names("\(path)?label=team:", as: token) == [])
                let first = try await test.send(.get, "\(path)?label=team:red&page_size=2", token: token)
                let cursor = try first.json["next_cursor"]?.stringValue ?? ""
                #expect(try await names("\(path)?label=team:red&page_size=2&cursor=\(cursor)", as: token) == ["W1"])
            }
            #expect(try await names("/workflows?label=team:red", as: tenant.outsider.token) == [])
            let organization = "/organizations/\(tenant.organization)/members"
            #expect(try await test.send(.post, organization, token: tenant.token(.owner), member).status == 201)
            #expect(try await names("/workflows?label=team:blue", as: tenant.outsider.token) == ["W4", "W2"])
        }
    }

    /// A label that was replaced does not find anything any more.
    @Test func theFilterFollowsTheLabels() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let workflow = try await TestWorkflow.make(nil, tenant, test)
            _ = try await workflow.send(.put, as: .editor, ["labels": ["team": "red"]])
            _ = try await workflow.send(.put, as: .editor, ["labels": ["team": "blue"]])
            let token = tenant.token(.viewer)
            #expect(try await test.send(.get, "/workflows?label=team:red", token: token).data == [])
            #expect(
                try await test.send(.get, "/workflows?label=team:blue", token: token).data.arrayValue?.count == 1)
            #expect(try await workflow.send(.delete).status == 204)
            #expect(try await test.send(.get, "/workflows?label=team:blue", token: token).data == [])
        }
    }

    @Test func limitsAreKept() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let rule =
                "A label has lower-case letters, digits, -, _, . and /, and begins with none of - and .; 63 at most."
            let many = JSONObject((0...32).map { ("l\($0)", JSONValue.string("")) })
            let cases: [(JSONValue, String, String)] = [
                (["Team": "x"], "/labels/Team", "The name: \(rule)"),
                (["a:b": "x"], "/labels/a:b", "The name: \(rule)"),
                (.object([String(repeating: "a", count: 64): "x"]), "/labels/\(String(repeating: "a", count: 64))", ""),
                (
                    ["a": .string(String(repeating: "v", count: 101))], "/labels/a",
                    "This must not have more than 100 characters."
                ),
                (["a": 1], "/labels/a", "This must be a text."), (["a"], "/labels", "This must be an object."),
                (.object(many), "/labels", "The object must not have more than 32 members."),
            ]
            for (labels, pointer, detail) in cases {
                let answer = try await Self.make("W", labels, tenant, test)
                #expect(answer.status == 400)
                let error = try answer.json["errors"]?[0]
                #expect(error?["pointer"] == .string(pointer))
                if !detail.isEmpty { #expect(error?["detail"] == .string(detail)) }
            }
            let token = tenant.token(.viewer)
            for filter in ["team", ":blue", "Team:blue"] {
                let answer = try await test.send(.get, "/workflows?label=\(filter)", token: token)
                #expect(answer.status == 400)
                #expect(try answer.json["errors"]?[0]?["pointer"] == "label")
            }
            let nine = (1...9).map { "label=l\($0):x" }.joined(separator: "&")
            let answer = try await test.send(.get, "/workflows?\(nine)", token: token)
            #expect(try answer.json["errors"]?[0]?["detail"] == "This parameter occurs more than 8 times.")
        }
    }
}
