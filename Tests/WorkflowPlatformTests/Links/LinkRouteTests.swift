import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite(.timeLimit(.minutes(5))) struct LinkRouteTests {
    private func body(_ target: ID<Workflow>, _ pattern: String = "order.*", _ config: JSONValue? = nil) -> JSONValue {
        var body: JSONValue = ["target_workflow_id": .string(target.text), "link_type": .string(pattern)]
        if let config { body["config"] = config }
        return body
    }

    @Test(arguments: TestDatabase.allCases)
    func aLinkIsMadeListedOnBothSidesAndRemoved(database: TestDatabase) async throws {
        try await LinkFixture.with(database) { links in
            let source = try await links.workflow("Source", orders, isDeployed: false)
            let target = try await links.workflow("Target", orders, isDeployed: false)
            let made = try await source.send(.post, "/links", as: .editor, body(target.id, "order.**", ["topic": "in"]))
            #expect(made.status == 201)
            let id = try #require(try made.data["id"]?.stringValue)
            #expect(try made.data["config"] == ["topic": "in"])
            let again = try await source.send(.post, "/links", as: .editor, body(target.id, "order.**"))
            #expect(again.status == 409)
            #expect(try again.problem == "link-exists")
            for workflow in [source, target] {
                let list = try await workflow.send(.get, "/links", as: .viewer)
                #expect(try list.data.arrayValue?.map { $0["id"] } == [.string(id)])
                #expect(try list.data[0]?["source_workflow_id"] == .string(source.id.text))
            }
            #expect(try await target.send(.delete, "/links/\(id)", as: .viewer).status == 403)
            #expect(try await target.send(.delete, "/links/\(id)", as: .editor).status == 204)
            #expect(try await source.send(.delete, "/links/\(id)", as: .editor).status == 404)
            #expect(
                try await source.actions() == ["workflow.create", "workflow-link.create", "workflow-link.delete"])
        }
    }

    @Test func listsGoOnBehindACursor() async throws {
        try await LinkFixture.with { links in
            let middle = try await links.workflow("Middle", orders, isDeployed: false)
            var ids: [String] = []
            for number in 0..<5 {
                let other = try await links.workflow("Other \(number)", orders, isDeployed: false)
                links.test.clock.advance(by: .seconds(1))
                ids.append(
                    number % 2 == 0
                        ? try await links.link(middle, other, "a") : try await links.link(other, middle, "b"))
            }
            let first = try await middle.send(.get, "/links?page_size=3")
            let cursor = try #require(try first.json["next_cursor"]?.stringValue)
            let second = try await middle.send(.get, "/links?page_size=3&cursor=\(cursor)")
            let found = try (first.data.arrayValue ?? []) + (second.data.arrayValue ?? [])
            #expect(found.compactMap { $0["id"]?.stringValue } == ids.reversed())
            #expect(try second.json["next_cursor"] == .null)
        }
    }

    @Test func bothWorkflowsAreTheCallersToChange() async throws {
        try await LinkFixture.with { links in
            let source = try await links.workflow("Source", orders, isDeployed: false)
            let target = try await links.workflow("Target", orders, isDeployed: false)
            let path = ResourcePath(company: links.tenant.company).appending(links.tenant.organization)
                .appending(links.tenant.project)
            let company = ResourcePath(company: links.tenant.company)
            let person = try await TestTenant.person(
                "half", [Grant(.viewer, on: company), Grant(.editor, on: path.appending(source.id))], links.test)
            let refused = try await links.test.send(
                .post, "/workflows/\(source.id)/links", token: person.token, body(target.id))
            #expect(refused.status == 403)
            let other = try await TestTenant.make("Beta", links.test)
            let unknown = try await source.send(.post, "/links", body(other.workflow))
            #expect(unknown.status == 404)
            #expect(try unknown.problem == "target-not-found")

            // Somebody who may change both learns why it cannot be.
            let both = try await TestTenant.person(
                "both", [Grant(.owner, on: company), Grant(.owner, on: ResourcePath(company: other.company))],
                links.test)
            let apart = try await links.test.send(
                .post, "/workflows/\(source.id)/links", token: both.token, body(other.workflow))
            #expect(apart.status == 422)
            #expect(try apart.problem == "other-company")
            let key = try await links.tenant.key(.owner, ["workflows:read"], links.test)
            let byKey = try await links.test.send(
                .post, "/workflows/\(source.id)/links", token: key.secret, body(target.id))
            #expect(byKey.status == 403)
        }
    }

    @Test func aLinkOfOthersIsNotReachedThroughOnesOwnWorkflow() async throws {
        try await LinkFixture.with { links in
            let other = try await TestTenant.make("Beta", links.test)
            let (link, event, _) = try await other.addLink(links.test)
            let own = try await links.workflow("Own", orders, isDeployed: false)
            #expect(try await own.send(.delete, "/links/\(link)").status == 404)
            #expect(try await own.send(.get, "/links/\(link)/dead-letters").status == 404)
            #expect(try await own.send(.post, "/links/\(link)/dead-letters/redrive", [:]).status == 404)
            #expect(try await own.send(.delete, "/links/\(link)/dead-letters/\(event)").status == 404)
        }
    }

    @Test func circlesAreRefusedWithTheirWay() async throws {
        try await LinkFixture.with { links in
            var workflows: [TestWorkflow] = []
            for name in ["A", "B", "C"] {
                workflows.append(try await links.workflow(name, orders, isDeployed: false))
            }
            let (a, b, c) = (workflows[0], workflows[1], workflows[2])
            let itself = try await a.send(.post, "/links", body(a.id))
            #expect(itself.status == 422)
            #expect(try itself.problem == "self-link")
            try await links.link(a, b, "x")
            try await links.link(b, c, "x")
            let refused = try await c.send(.post, "/links", body(a.id))
            #expect(refused.status == 409)
            #expect(try refused.problem == "link-cycle")
            let way = [c, a, b, c].map { JSONValue.string($0.id.text) }
            #expect(try refused.json["cycle"] == .array(way))
            #expect(try refused.json["detail"]?.stringValue?.contains("a circle: C → A → B → C. ") == true)
            #expect(OpenAPIDocument.problem.problems(with: try refused.json) == [])
            let allowed = try await c.send(.post, "/links", body(a.id, "x", ["allow_cycle": true, "hop_limit": 3]))
            #expect(allowed.status == 201)
            // A shortcut closes nothing by itself, but there is a circle through it now.
            #expect(try await a.send(.post, "/links", body(c.id)).problem == "link-cycle")
        }
    }

    @Test(arguments: [
        ("order.*", #"{"topic": "a.*"}"#, "/config"), ("order.*", #"{"workflow": "order"}"#, "/config"),
        ("order.*", #"{"topic": "a", "workflow": "order", "action": "pay"}"#, "/config"),
        ("order.*", #"{"hop_limit": 0}"#, "/config/hop_limit"), ("order.*", #"{"hops": 1}"#, "/config/hops"),
        ("order..x", "{}", "/link_type"), ("or*", "{}", "/link_type"),
    ])
    func whatIsWrongIsSaid(pattern: String, config: String, pointer: String) async throws {
        try await LinkFixture.with { links in
            let source = try await links.workflow("Source", orders, isDeployed: false)
            let target = try await links.workflow("Target", orders, isDeployed: false)
            let answer = try await source.send(
                .post, "/links", body(target.id, pattern, try JSONValue(parsing: config)))
            #expect(answer.status == 400)
            #expect(try answer.json["errors"]?[0]?["pointer"] == .string(pointer))
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func linksGoWithEitherWorkflow(database: TestDatabase) async throws {
        try await LinkFixture.with(database) { links in
            let source = try await links.workflow("Source", orders)
            let target = try await links.workflow("Target", orders, isDeployed: false)
            let third = try await links.workflow("Third", orders, isDeployed: false)
            try await links.link(source, target, "order.*")
            try await links.link(third, source, "order.*")
            _ = try await links.test.engines.invoke(source.id, "order", action: "pay", data: ["id": "1"])
            try await until { links.count("recorded") == 2 }
            #expect(try await target.send(.delete).status == 204)
            // What happens now is about no link any more, and the engine goes on.
            _ = try await links.test.engines.invoke(source.id, "order", action: "pay", data: ["id": "2"])
            #expect(try await source.send(.get, "/links").data.arrayValue?.count == 1)
            #expect(try await source.send(.delete).status == 204)
            #expect(try await third.send(.get, "/links").data == [])
            #expect(links.count("recorded") == 2)
        }
    }
}
