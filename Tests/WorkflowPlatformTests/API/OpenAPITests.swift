import HTTPTypes
import Testing
import WorkflowCore

@testable import WorkflowPlatform

@Suite struct OpenAPITests {
    private func document(_ test: TestPlatform) async throws -> JSONValue {
        try await test.send(.get, "/openapi.json").json
    }

    @Test func everyRouteIsDescribedAndNothingElse() async throws {
        try await TestPlatform.with { (test) async throws in
            let document = try await document(test)
            #expect(document["openapi"] == "3.1.0")
            let paths = try #require(document["paths"]?.objectValue)
            let described = zip(paths.keys, paths.values).flatMap { path, item in
                (item.objectValue?.keys ?? []).map { "\($0.uppercased()) \(path)" }
            }
            #expect(described.sorted() == APIRoutes.all.map { "\($0.method.rawValue) \($0.fullPath)" }.sorted())
        }
    }

    @Test(arguments: APIRoutes.all.map(\.name))
    func theDescriptionOfARouteIsComplete(name: String) async throws {
        let route = try #require(APIRoutes.all.first { $0.name == name })
        try await TestPlatform.with { (test) async throws in
            let document = try await document(test)
            let method = route.method.rawValue.lowercased()
            let operation = try #require(document["paths"]?[route.fullPath]?[method])
            #expect(operation["operationId"] == .string(name))
            #expect(operation["summary"]?.stringValue?.hasSuffix(".") == true)
            #expect((operation["requestBody"] != nil) == (route.body != nil))
            if case .open = route.access {
                #expect(operation["security"] == [])
            } else {
                #expect(operation["security"] == [["bearer": []]])
                #expect(operation["responses"]?["401"] != nil)
            }
            let parameters = operation["parameters"]?.arrayValue ?? []
            let inPath = parameters.filter { $0["in"] == "path" }.map { $0["name"] }
            #expect(inPath == route.pathParameters.map { .string($0) })
            try checkReferences(operation, document)
        }
    }

    @Test func aRedirectIsDescribedWithoutContent() async throws {
        try await TestPlatform.with { (test) async throws in
            let path = "\(APIPath.prefix)/auth/oauth2/{provider}/callback"
            let responses = try await document(test)["paths"]?[path]?["get"]?["responses"]
            #expect(responses?["302"]?["description"] == "The browser is sent on.")
            #expect(responses?["302"]?["content"] == nil)
            #expect(responses?["200"]?["content"] != nil)
        }
    }

    private func checkReferences(_ value: JSONValue, _ document: JSONValue) throws {
        switch value {
        case .array(let items): for item in items { try checkReferences(item, document) }
        case .object(let object):
            if let reference = object["$ref"]?.stringValue {
                let name = try #require(reference.split(separator: "/").last.map(String.init))
                #expect(document["components"]?["schemas"]?[name] != nil, "\(reference)")
            }
            for item in object.values { try checkReferences(item, document) }
        default: break
        }
    }

    @Test func answersAreWhatTheDescriptionSays() async throws {
        try await TestPlatform.with { (test) async throws in
            let tenant = try await TestTenant.make("Alpha", test)
            let token = tenant.token(.owner)
            _ = try await tenant.key(.owner, ["*:read"], test)
            let link = try await tenant.addLink(test).link
            let provider = try await tenant.provider(test)
            let iam = try await tenant.addIAMProvider(test)
            for route in APIRoutes.all where route.method == .get {
                guard case .role(_, _, let on, _) = route.access else { continue }
                let id =
                    switch on.level {
                    case .company: on.belonging == nil ? tenant.company.text : iam.provider
                    case .organization: tenant.organization.text
                    case .project: tenant.project.text
                    case .workflow: on.belonging == .execution ? tenant.execution.text : tenant.workflow.text
                    }
                let path = route.path.replacing("{\(on.parameter)}", with: id).replacing("{v}", with: "1")
                    .replacing("{linkId}", with: link)
                    .replacing("{providerId}", with: provider.text)
                let answer = try await test.send(.get, path, token: token)
                #expect(answer.status == 200)
                switch route.answer.content {
                case .data(let schema): #expect(schema.problems(with: try answer.data) == [], "\(route.name)")
                case .page(let schema):
                    let problems = Schema.array(schema, maximum: 100).problems(with: try answer.data)
                    #expect(problems == [], "\(route.name)")
                case .nothing, .other, .events: break
                }
            }
        }
    }
}
