import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite struct ListTests {
    @Test(arguments: TestDatabase.allCases)
    func allItemsAreFoundPageByPage(database: TestDatabase) async throws {
        try await TestPlatform.with(database) { (test) async throws in
            let tenant = try await TestTenant.make("Alpha", test)
            let path = "/organizations/\(tenant.organization)/projects"
            for number in 1...9 {
                test.clock.advance(by: .milliseconds(1))
                let body: JSONValue = ["name": .string("Number \(number)")]
                #expect(try await test.send(.post, path, token: tenant.token(.editor), body).status == 201)
            }
            var (names, sizes, cursor): ([String], [Int], String?) = ([], [], nil)
            repeat {
                let query = cursor.map { "&cursor=\($0)" } ?? ""
                let page = try await test.send(.get, "\(path)?page_size=4\(query)", token: tenant.token(.viewer)).json
                let items = page["data"]?.arrayValue ?? []
                sizes.append(items.count)
                names += items.compactMap { $0["name"]?.stringValue }
                #expect(page["total"] == 10)
                #expect(page["page_size"] == 4)
                cursor = page["next_cursor"]?.stringValue
            } while cursor != nil
            #expect(sizes == [4, 4, 2])
            #expect(names == (1...9).reversed().map { "Number \($0)" } + ["Alpha project"])
        }
    }

    @Test func whatIsAddedMeanwhileShiftsNothing() async throws {
        try await TestPlatform.with { (test) async throws in
            let tenant = try await TestTenant.make("Alpha", test)
            let path = "/companies/\(tenant.company)/organizations"
            let token = tenant.token(.owner)
            let first = try await test.send(.get, "\(path)?page_size=1", token: token).json
            test.clock.advance(by: .seconds(1))
            _ = try await test.send(.post, path, token: token, ["name": "Late"])
            let cursor = first["next_cursor"]?.stringValue ?? ""
            let second = try await test.send(.get, "\(path)?page_size=5&cursor=\(cursor)", token: token).json
            let names = ((first["data"]?.arrayValue ?? []) + (second["data"]?.arrayValue ?? [])).map { $0["name"] }
            #expect(Set(names) == ["Alpha main", "Alpha other"])
            #expect(names.count == 2)
        }
    }

    @Test func membersAreListedWithTheirNames() async throws {
        try await TestPlatform.with { (test) async throws in
            let tenant = try await TestTenant.make("Alpha", test)
            let list = try await test.send(
                .get, "/companies/\(tenant.company)/members", token: tenant.token(.viewer)
            ).json
            let found = (list["data"]?.arrayValue ?? []).map { "\($0["email"] ?? .null) \($0["role"] ?? .null)" }
            let expected = Role.allCases.map { "\"Alpha-\($0.rawValue)@example.com\" \"\($0.rawValue)\"" }
            #expect(found.sorted() == expected.sorted())
            #expect(list["total"] == 4)
        }
    }
}
