import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite(.timeLimit(.minutes(5))) struct WorkflowTests {
    @Test(arguments: TestDatabase.allCases)
    func aWorkflowIsMadeChangedAndRemoved(database: TestDatabase) async throws {
        try await TestPlatform.withTenant(database) { test, tenant in
            let made = try await test.send(
                .post, "/projects/\(tenant.project)/workflows", token: tenant.token(.editor),
                ["name": "My Shop", "description": "sells", "config_yaml": .string(saying("one"))])
            #expect(made.status == 201)
            #expect(try made.data["slug"] == "my-shop")
            #expect(try made.data["version"] == 1)
            #expect(try made.data["status"] == "draft")
            #expect(try made.data["deployed_version"] == .null)
            #expect(try made.data["config_yaml"] == .string(saying("one")))
            let id = try #require(try made.data["id"]?.stringValue.flatMap(ID<Workflow>.init))
            let workflow = TestWorkflow(id: id, test: test, tenant: tenant)

            let shown = try await workflow.send(.get, as: .viewer)
            #expect(try shown.data == made.data)
            #expect(shown.headers[.eTag] == "\"r1\"")
            let renamed = try await workflow.send(.put, as: .editor, ["name": "Store"])
            #expect(try renamed.data["name"] == "Store")
            #expect(try renamed.data["version"] == 1)
            #expect(try renamed.data["description"] == "sells")

            #expect(try await workflow.send(.delete).status == 204)
            #expect(try await workflow.send(.get).status == 404)
            #expect(try await workflow.actions() == ["workflow.create", "workflow.update", "workflow.delete"])
        }
    }

    @Test func onlyAnotherConfigurationMakesAVersion() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let workflow = try await TestWorkflow.make(saying("one"), tenant, test)
            #expect(try await workflow.save(saying("one")).data["version"] == 1)
            #expect(try await workflow.save(saying("two")).data["version"] == 2)
            #expect(try await workflow.deploy().data["version"] == 2)
            #expect(try await workflow.send(.post, "/stop").data["version"] == 2)
            let versions = try await workflow.send(.get, "/versions", as: .viewer)
            #expect(try versions.data.arrayValue?.map { $0["version"] } == [2, 1])
            #expect(try versions.json["total"] == 2)
            let first = try await workflow.send(.get, "/versions/1", as: .viewer)
            #expect(try first.data["config_yaml"] == .string(saying("one")))
            for missing in ["0", "3", "x", "1.5", "99999999999999999999"] {
                #expect(try await workflow.send(.get, "/versions/\(missing)").status == 404, "\(missing)")
            }
        }
    }

    @Test func theVersionsAreListedInParts() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let workflow = try await TestWorkflow.make(saying("1"), tenant, test)
            for number in 2...12 { _ = try await workflow.save(saying("\(number)")) }
            var (seen, cursor): ([Int64], String?) = ([], nil)
            repeat {
                let query = cursor.map { "&cursor=\($0)" } ?? ""
                let part = try await workflow.send(.get, "/versions?page_size=5\(query)")
                seen += try part.data.arrayValue?.compactMap { $0["version"]?.intValue.map { Int64($0) } } ?? []
                cursor = try part.json["next_cursor"]?.stringValue
            } while cursor != nil
            #expect(seen == (1...12).reversed())
        }
    }

    @Test func aWrongConfigurationIsNotSavedAndEachErrorHasItsPlace() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let wrong = saying("one").replacing("type: http.router", with: "type: http.ruter")
            let refused = try await test.send(
                .post, "/projects/\(tenant.project)/workflows", token: tenant.token(.editor),
                ["name": "Shop", "config_yaml": .string(wrong)])
            #expect(refused.status == 422)
            #expect(refused.headers[.contentType] == "application/problem+json")
            #expect(try refused.problem == "invalid-configuration")
            let error = try #require(try refused.json["errors"]?[0])
            #expect(error["pointer"] == "/config_yaml")
            #expect(error["path"] == "modules[1].type")
            #expect(error["detail"] == "unknown module type \"http.ruter\"")
            #expect(error["line"] == 5)
            #expect(error["column"] == 5)
            let list = try await test.send(.get, "/projects/\(tenant.project)/workflows", token: tenant.token(.viewer))
            #expect(try list.json["total"] == 1)

            let workflow = try await TestWorkflow.make(saying("one"), tenant, test)
            #expect(try await workflow.save("modules: [").status == 422)
            #expect(try await workflow.save(saying("${HOME}")).status == 422)
            #expect(try await workflow.send(.get).data["version"] == 1)
        }
    }

    @Test func whoeverKnowsAnOlderStateChangesNothing() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let workflow = try await TestWorkflow.make(saying("one"), tenant, test)
            let headers: HTTPFields = [.ifMatch: "\"r1\""]
            #expect(try await workflow.send(.put, "", ["name": "A"], headers: headers).status == 200)
            for (method, path) in [
                (HTTPRequest.Method.put, ""), (.post, "/deploy"), (.post, "/stop"), (.post, "/rollback"), (.delete, ""),
            ] {
                let body: JSONValue? = path == "/deploy" || method == .put ? [:] : nil
                let answer = try await workflow.send(method, path, body, headers: headers)
                #expect(answer.status == 412, "\(method) \(path)")
                #expect(answer.headers[.eTag] == "\"r2\"")
            }
            #expect(try await workflow.send(.get, "/status").data["status"] == "stopped")
        }
    }

    @Test func aShortNameIsTakenOnceInAProject() async throws {
        try await TestPlatform.withTenant { test, tenant in
            _ = try await TestWorkflow.make(nil, tenant, test)
            let body: JSONValue = ["name": "Shop"]
            let again = try await test.send(
                .post, "/projects/\(tenant.project)/workflows", token: tenant.token(.editor), body)
            #expect(again.status == 409)
            #expect(try again.problem == "slug-taken")
            let elsewhere = try await test.send(
                .post, "/projects/\(tenant.elsewhere)/workflows", token: tenant.token(.editor), body)
            #expect(elsewhere.status == 201)
        }
    }

    @Test func everybodySeesTheWorkflowsTheyReach() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let beta = try await TestTenant.make("Beta", test)
            let one = try await TestWorkflow.make(nil, name: "one", tenant, test)
            let two = try await TestWorkflow.make(nil, name: "two", tenant, test)
            let far = try await test.send(
                .post, "/projects/\(tenant.elsewhere)/workflows", token: tenant.token(.editor), ["name": "far"])
            func names(_ token: String) async throws -> [String] {
                let answer = try await test.send(.get, "/workflows", token: token)
                return try answer.data.arrayValue?.compactMap { $0["name"]?.stringValue }.sorted() ?? []
            }
            #expect(try await names(tenant.token(.viewer)) == ["Alpha workflow", "far", "one", "two"])
            #expect(try await names(tenant.outsider.token) == ["far"])
            #expect(try await names(beta.token(.owner)) == ["Beta workflow"])
            let path = tenant.path.appending(one.id)
            let guest = try await TestTenant.person("guest", [Grant(.viewer, on: path)], test)
            #expect(try await names(guest.token) == ["one"])
            #expect(try await test.send(.get, "/workflows/\(one.id)", token: guest.token).status == 200)
            #expect(try await test.send(.get, "/workflows/\(two.id)", token: guest.token).status == 403)
            let farID = try far.data["id"]?.stringValue ?? ""
            #expect(try await test.send(.get, "/workflows/\(farID)", token: beta.token(.owner)).status == 404)

            let first = try await test.send(.get, "/workflows?page_size=3", token: tenant.token(.viewer))
            let cursor = try #require(try first.json["next_cursor"]?.stringValue)
            let rest = try await test.send(
                .get, "/workflows?page_size=3&cursor=\(cursor)", token: tenant.token(.viewer))
            let both = (try first.data.arrayValue ?? []) + (try rest.data.arrayValue ?? [])
            #expect(try Set(both.map { try #require($0["name"]?.stringValue) }).count == 4)
            #expect(try rest.json["next_cursor"] == .null)

            let key = try await tenant.key(.owner, ["projects:admin"], test)
            #expect(try await test.send(.get, "/workflows", token: key.secret).status == 403)
        }
    }

    @Test func workflowsOfSeveralRolesAreOneList() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let beta = try await TestTenant.make("Beta", test)
            var expected: Set<String> = ["Alpha workflow", "Beta workflow"]
            for number in 1...5 {
                _ = try await TestWorkflow.make(nil, name: "near \(number)", tenant, test)
                _ = try await test.send(
                    .post, "/projects/\(tenant.elsewhere)/workflows", token: tenant.token(.editor),
                    ["name": "far \(number)"])
                expected.formUnion(["near \(number)", "far \(number)"])
            }
            let far = ResourcePath(company: tenant.company).appending(ID<Organization>(from: test.services.identifiers))
                .appending(tenant.elsewhere)
            let company = ResourcePath(company: tenant.company)
            let grants = [company, tenant.path, far, ResourcePath(company: beta.company)].map { Grant(.viewer, on: $0) }
            let person = try await TestTenant.person("guest", grants, test)
            func names(_ token: String) async throws -> [String] {
                var (names, cursor): ([String], String?) = ([], nil)
                repeat {
                    let query = cursor.map { "&cursor=\($0)" } ?? ""
                    let part = try await test.send(.get, "/workflows?page_size=2\(query)", token: token)
                    names += try part.data.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
                    cursor = try part.json["next_cursor"]?.stringValue
                } while cursor != nil && names.count < 100
                return names
            }
            #expect(try await names(person.token).sorted() == expected.sorted())
            let key = try await test.send(
                .post, "/companies/\(tenant.company)/api-keys", token: person.token,
                ["name": "key", "scopes": ["workflows:read"]])
            let secret = try #require(try key.data["key"]?.stringValue)
            #expect(try await names(secret).sorted() == expected.subtracting(["Beta workflow"]).sorted())
        }
    }

    @Test func versionsAreCompared() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let workflow = try await TestWorkflow.make(saying("one ${secret.TOKEN:-x}"), tenant, test)
            let longer = saying("one ${secret.TOKEN:-x}")
                .replacing("{method: POST, path: \"/hello\"", with: "{method: POST, path: \"/bye\"")
            _ = try await workflow.save(longer)
            let answer = try await workflow.send(.get, "/versions/2/diff", as: .viewer)
            #expect(try answer.data["from"] == 1)
            #expect(try answer.data["to"] == 2)
            #expect(try answer.data["plan"]?["empty"] == false)
            let routes = try #require(try answer.data["plan"]?["routes"])
            #expect(routes["added"]?.arrayValue?.map { $0["path"] } == ["/bye"])
            #expect(routes["removed"]?.arrayValue?.map { $0["path"] } == ["/hello"])
            let same = try await workflow.send(.get, "/versions/2/diff?from=2", as: .viewer)
            #expect(try same.data["plan"]?["empty"] == true)
            #expect(try await workflow.send(.get, "/versions/2/diff?from=9").status == 404)
        }
    }
}
