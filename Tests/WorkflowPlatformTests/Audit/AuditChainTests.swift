import HTTPTypes
import Testing
import WorkflowCore

@testable import WorkflowPlatform

@Suite struct AuditChainTests {
    /// The lines of the export of a company with three entries.
    private static func export() async throws -> (company: String, lines: [JSONObject]) {
        try await TestPlatform.with { (test) async throws in
            let tenant = try await TestTenant.make("Alpha", test)
            for number in 1...3 {
                _ = try await test.send(
                    .put, "/projects/\(tenant.project)", token: tenant.token(.editor),
                    ["description": .string("Nr. \(number) ü \u{1F600}"), "metadata": ["n": 1.50, "x": 1e300]])
            }
            let answer = try await test.send(
                .get, "/companies/\(tenant.company)/audit/export", token: tenant.token(.admin))
            let lines = try answer.text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
            return (tenant.company.text, lines.compactMap(\.objectValue))
        }
    }

    private func problem(_ lines: [JSONObject], _ company: String) -> (sequence: Int64, reason: String)? {
        var chain = AuditChain(company: company)
        for line in lines {
            if let reason = chain.append(exported: line) { return (chain.entries + 1, reason) }
        }
        return nil
    }

    @Test func anExportIsVerifiedWithoutTheDatabase() async throws {
        let (company, lines) = try await Self.export()
        #expect(lines.count == 3)
        #expect(problem(lines, company) == nil)
        var changed = lines
        changed[1]["details"] = ["after": ["description": "nothing"]]
        #expect(problem(changed, company)?.sequence == 2)
        #expect(problem(changed, company)?.reason == "the entry was changed")
        var removed = lines
        removed.remove(at: 1)
        #expect(problem(removed, company)?.reason == "the entry is missing")
        var forged = changed
        var document = changed[1]
        (document["company_id"], document["hash"]) = (nil, nil)
        forged[1]["hash"] = .string(AuditHash.hash(document, company: company))
        #expect(problem(forged, company)?.sequence == 3)
        #expect(problem(forged, company)?.reason == "the entry does not follow the one before")
        #expect(problem(lines, "another")?.reason == "the entry belongs to another company")
    }
}
