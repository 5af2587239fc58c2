import Foundation
import HTTPTypes
import Testing
import WorkflowCore
import WorkflowHTTP
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

/// Reviews tokens as the API server of a cluster does.
private struct TestCluster: Sendable {
    static let reviewer = "reviewer-secret"
    /// Whether it knows of audiences.
    var knowsAudiences = true

    func answer(_ request: ServerRequest, _ body: [UInt8]) throws -> ServerResponse {
        guard request.method == .post, request.path == "/apis/authentication.k8s.io/v1/tokenreviews" else {
            throw HTTPError(.notFound, "There is nothing here.")
        }
        guard request.headers[.authorization] == "Bearer \(Self.reviewer)" else {
            return .json(["kind": "Status", "code": 401], status: .unauthorized)
        }
        let review = try JSONValue(parsing: body)
        let asked = review["spec"]?["audiences"]?.arrayValue ?? []
        var status: JSONObject = ["authenticated": false, "error": "invalid bearer token"]
        // A token of the form name@audience.
        let parts = (review["spec"]?["token"]?.stringValue ?? "").split(separator: "@", maxSplits: 1).map(String.init)
        if parts.count == 2 {
            let audiences = asked.filter { $0 == .string(parts[1]) }
            if !audiences.isEmpty || !knowsAudiences {
                status = [
                    "authenticated": true,
                    "user": [
                        "username": .string(parts[0]), "groups": ["system:serviceaccounts", "builders"],
                    ],
                ]
                if knowsAudiences { status["audiences"] = .array(audiences) }
            }
        }
        return .json(
            ["kind": "TokenReview", "apiVersion": "authentication.k8s.io/v1", "status": .object(status)],
            status: .created)
    }
}

@Suite(.timeLimit(.minutes(5))) struct KubernetesProgramTests {
    private static let audience = "https://platform.example.com"

    private func config(_ address: String, _ changes: JSONObject = [:]) -> JSONValue {
        let config: JSONObject = [
            "api_server_url": .string(address), "reviewer_token": .string(TestCluster.reviewer),
            "cluster_name": "test",
        ]
        return .object(config.merging(changes))
    }

    @Test(arguments: TestDatabase.allCases)
    func aServiceAccountIsWhoTheClusterSaysItIs(database: TestDatabase) async throws {
        let cluster = TestCluster()
        try await LoopbackServer.with({ try cluster.answer($0, $1) }) { address in
            try await IAMFixture.with(database) { fixture in
                let provider = try await fixture.provider("kubernetes", config(address, ["namespace": "shop"]))
                #expect(try await fixture.check(provider) == (true, "The cluster reviews tokens."))
                _ = try await fixture.map("sa:shop:deployer", .viewer, of: provider)
                func show(_ token: String) async throws -> TestAnswer {
                    try await fixture.token(provider, ["token": .string(token)])
                }
                let given = try await show("system:serviceaccount:shop:deployer@\(Self.audience)")
                #expect(given.status == 200)
                #expect(try given.data["identity"] == "sa:shop:deployer")
                let token = try given.data["access_token"]?.stringValue
                #expect(
                    try await fixture.test.send(.get, "/companies/\(fixture.tenant.company)", token: token).status
                        == 200)
                #expect(try await show("system:serviceaccount:shop:other@\(Self.audience)").status == 403)
                for refused in [
                    "system:serviceaccount:shop:deployer@https://another.example.com", "garbage",
                    "system:serviceaccount:kube-system:deployer@\(Self.audience)", "admin@\(Self.audience)",
                    "system:serviceaccount:shop:a:b@\(Self.audience)", "system:node:shop@\(Self.audience)",
                ] {
                    let answer = try await show(refused)
                    #expect(answer.status == 401, "\(refused)")
                }
                _ = try await fixture.map("group:builders", .editor, of: provider)
                #expect(try await show("system:serviceaccount:shop:other@\(Self.audience)").status == 200)
            }
        }
    }

    @Test func aClusterThatKnowsNoAudiencesIsNotBelieved() async throws {
        let cluster = TestCluster(knowsAudiences: false)
        try await LoopbackServer.with({ try cluster.answer($0, $1) }) { address in
            try await IAMFixture.with { fixture in
                let provider = try await fixture.provider("kubernetes", config(address))
                _ = try await fixture.map("sa:shop:deployer", .viewer, of: provider)
                let answer = try await fixture.token(
                    provider, ["token": "system:serviceaccount:shop:deployer@https://another.example.com"])
                #expect(answer.status == 401)
                #expect(try answer.json["detail"] == "The token is for another audience than \(Self.audience).")
            }
        }
    }

    @Test func theTestTellsWhatIsWrong() async throws {
        let cluster = TestCluster()
        try await LoopbackServer.with({ try cluster.answer($0, $1) }) { address in
            try await IAMFixture.with { fixture in
                let wrong = try await fixture.provider(
                    "kubernetes", config(address, ["reviewer_token": "wrong-token"]))
                let found = try await fixture.check(wrong)
                #expect(!found.isSuccess)
                #expect(
                    found.message == "The cluster does not let the reviewer token review tokens (status 401).")
                let elsewhere = try await fixture.provider("kubernetes", config("\(address)/api"), name: "elsewhere")
                #expect(try await fixture.check(elsewhere).message == "The cluster answers with the status 404.")
            }
        }
    }

    @Test func theReviewerTokenIsNeverShown() async throws {
        try await IAMFixture.with { fixture in
            let made = try await fixture.create("kubernetes", config("https://cluster.example.com"))
            let id = try #require(try made.data["id"]?.stringValue)
            #expect(try made.data["has_secret"] == true)
            let (test, tenant) = (fixture.test, fixture.tenant)
            let changed = try await test.send(
                .put, "/iam/providers/\(id)", token: tenant.token(.admin),
                ["config": config("https://cluster.example.com", ["reviewer_token": "reviewer-secret-2"])])
            let shown = try await test.send(.get, "/iam/providers/\(id)", token: tenant.token(.viewer))
            let list = try await test.send(
                .get, "/companies/\(tenant.company)/iam/providers", token: tenant.token(.viewer))
            let audit = try await test.send(
                .get, "/companies/\(tenant.company)/audit", token: tenant.token(.admin))
            for answer in [made, changed, shown, list, audit] {
                #expect((200...201).contains(answer.status))
                #expect(!answer.text.contains("reviewer-secret"))
            }
            #expect(audit.text.contains(#""reviewer_token":"changed""#))
            let rows = try await test.services.database.read { connection in
                try connection.all(SQLStatement("SELECT config, secret FROM platform_iam_providers"), []) {
                    $0.text() + $0.text()
                }
            }
            #expect(!rows.joined().contains("reviewer-secret"))
        }
    }

    @Test func anotherServerDoesNotGetTheReviewerToken() async throws {
        let cluster = TestCluster()
        try await LoopbackServer.with({ try cluster.answer($0, $1) }) { address in
            try await IAMFixture.with { fixture in
                let provider = try await fixture.provider("kubernetes", config("https://cluster.example.com"))
                func put(_ config: JSONObject) async throws -> TestAnswer {
                    try await fixture.test.send(
                        .put, "/iam/providers/\(provider)", token: fixture.tenant.token(.admin),
                        ["config": .object(config)])
                }
                let elsewhere: [JSONObject] = [
                    ["server": .string(address)],
                    ["server": "https://cluster.example.com", "ca_certificate": "another"],
                ]
                for config in elsewhere {
                    let answer = try await put(config)
                    #expect(answer.status == 400)
                    #expect(answer.text.contains("/config/reviewer_token: This must be given again"), "\(answer.text)")
                }
                #expect(try await fixture.check(provider).message == "The provider does not answer.")
                let same: JSONObject = ["server": "https://cluster.example.com/", "namespace": "shop"]
                #expect(try await put(same).status == 200)
                let moved = try await put(["server": .string(address), "reviewer_token": "another"])
                #expect(moved.status == 200)
                let tested = try await fixture.check(provider)
                #expect(!tested.isSuccess, "it was sent the other token")
            }
        }
    }

    @Test func theClusterIsKnownByItsCertificate() async throws {
        let cluster = TestCluster()
        try await LoopbackServer.withCertificate { certificate, key in
            let answer: @Sendable (ServerRequest, [UInt8]) async throws -> ServerResponse = {
                try cluster.answer($0, $1)
            }
            try await LoopbackServer.with(certificate: (certificate, key), answer) { address in
                try await IAMFixture.with { fixture in
                    let trusted = try String(contentsOfFile: certificate, encoding: .utf8)
                    let provider = try await fixture.provider(
                        "kubernetes", config(address, ["ca_cert": .string(trusted)]))
                    #expect(try await fixture.check(provider) == (true, "The cluster reviews tokens."))
                    let unknown = try await fixture.provider("kubernetes", config(address), name: "unknown")
                    #expect(try await fixture.check(unknown) == (false, "The provider does not answer."))
                    let damaged = try await fixture.provider(
                        "kubernetes", config(address, ["ca_cert": "nothing"]), name: "damaged")
                    #expect(
                        try await fixture.check(damaged).message
                            == "The provider does not answer. These are no certificates in PEM.")
                }
            }
        }
    }
}
