import Foundation
import HTTPTypes
import Testing
import WorkflowCore
import WorkflowHTTP
import WorkflowStore
import WorkflowTesting

@testable import WorkflowModules
@testable import WorkflowPlatform

/// Signs requests, and says who has signed them as AWS does.
private struct TestAccount: Sendable {
    static let host = "sts.eu-central-1.amazonaws.com"

    var account = "123456789012"
    var name = "assumed-role/deployer/session-1"
    private let signature = SignatureV4(
        accessKeyID: "AKIAEXAMPLE", secretAccessKey: "secret", region: "eu-central-1", service: "sts")

    /// A request as a client shows it.
    func signed(
        for place: String, at time: Timestamp, host: String = Self.host, changes: JSONObject = [:],
        headers: JSONObject = [:]
    ) -> JSONValue {
        var fields: [(String, String)] = [
            ("host", host), ("x-amz-date", SignatureV4.stamp(time)), ("x-workflow-platform", place),
        ]
        if place.isEmpty { fields.removeLast() }
        let authorization = signature.authorization(
            method: "POST", path: "/", headers: fields.map { FetchHeader(name: $0.0, value: $0.1) },
            payloadHash: SignatureV4.hash(Array(CallerIdentityRequest.body.utf8)), at: time)
        var object: JSONObject = ["authorization": .string(authorization)]
        for (name, value) in fields { object[name] = .string(value) }
        let request: JSONObject = [
            "method": "POST", "url": .string("https://\(host)/"), "body": .string(CallerIdentityRequest.body),
            "headers": .object(object.merging(headers)),
        ]
        return ["aws_request": .object(request.merging(changes))]
    }

    func answer(_ request: ServerRequest, _ body: [UInt8]) throws -> ServerResponse {
        func field(_ name: String) -> String {
            HTTPField.Name(name).flatMap { request.headers[$0] } ?? ""
        }
        let refusal = ServerResponse.json(["Error": ["Code": "SignatureDoesNotMatch"]], status: .forbidden)
        guard request.method == .post, request.path == "/",
            String(decoding: body, as: UTF8.self)
                == CallerIdentityRequest.body, field("accept") == "application/json",
            let time = Self.time(field("x-amz-date"))
        else { return refusal }
        let fields = [
            ("host", Self.host), ("x-amz-date", field("x-amz-date")),
            ("x-workflow-platform", field("x-workflow-platform")),
        ]
        let expected = signature.authorization(
            method: "POST", path: "/", headers: fields.map { FetchHeader(name: $0.0, value: $0.1) },
            payloadHash: SignatureV4.hash(body), at: time)
        guard field("authorization") == expected else { return refusal }
        return .json([
            "GetCallerIdentityResponse": [
                "GetCallerIdentityResult": [
                    "Account": .string(account), "Arn": .string("arn:aws:sts::\(account):\(name)"),
                    "UserId": "AROAEXAMPLE:session-1",
                ]
            ]
        ])
    }

    private static func time(_ text: String) -> Timestamp? {
        guard text.count == 16 else { return nil }
        let digits = Array(text)
        func part(_ range: Range<Int>) -> String { String(digits[range]) }
        return Timestamp(
            rfc3339: "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(9..<11)):\(part(11..<13)):\(part(13..<15))Z")
    }
}

@Suite(.timeLimit(.minutes(5))) struct AWSProgramTests {
    private let config: JSONValue = ["account_id": "123456789012", "region": "eu-central-1"]

    private func place(_ provider: String) -> String {
        "https://platform.example.com/api/v1/auth/iam/\(provider)/token"
    }

    private func with(
        _ database: TestDatabase = TestDatabase.allCases[0], _ account: TestAccount = TestAccount(),
        _ body: (_ fixture: IAMFixture, _ heard: Heard<String>) async throws -> Void
    ) async throws {
        let heard = Heard<String>()
        let answer: @Sendable (ServerRequest, [UInt8]) async throws -> ServerResponse = { request, bytes in
            heard.append(request.headers[.authorization] ?? "")
            return try account.answer(request, bytes)
        }
        try await LoopbackServer.with(answer) { address in
            try await IAMFixture.with(database, service: "\(address)/") { try await body($0, heard) }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func aSignedRequestProvesARole(database: TestDatabase) async throws {
        try await with(database) { fixture, heard in
            let (account, now) = (TestAccount(), fixture.test.clock.now)
            let provider = try await fixture.provider("aws_iam", config)
            #expect(try await fixture.check(provider) == (true, "\(TestAccount.host) can be reached."))
            _ = try await fixture.map("arn:aws:iam::123456789012:role/deployer", .editor, of: provider)
            let request = account.signed(for: place(provider), at: now)
            let given = try await fixture.token(provider, request)
            #expect(given.status == 200)
            #expect(try given.data["identity"] == "arn:aws:iam::123456789012:role/deployer")
            let token = try given.data["access_token"]?.stringValue
            #expect(
                try await fixture.test.send(.get, "/projects/\(fixture.tenant.project)", token: token).status == 200)
            // Whoever has seen it cannot use it again.
            let again = try await fixture.token(provider, request)
            #expect(again.status == 401)
            #expect(try again.problem == "credential-used")
            let later = account.signed(for: place(provider), at: now.advanced(by: .seconds(1)))
            #expect(try await fixture.token(provider, later).status == 200)
            #expect(heard.all.count == 4)
        }
    }

    @Test func aRequestForSomethingElseIsNotEvenSentOn() async throws {
        try await with { fixture, heard in
            let (account, now) = (TestAccount(), fixture.test.clock.now)
            let provider = try await fixture.provider("aws_iam", config)
            let other = try await fixture.provider("aws_iam", config, name: "other")
            _ = try await fixture.map("arn:aws:iam::123456789012:role/deployer", .editor, of: provider)
            let here = place(provider)
            let signed = account.signed(for: here, at: now)
            let authorization = signed["aws_request"]?["headers"]?["authorization"]?.stringValue ?? ""
            let attacks: [(String, JSONValue)] = [
                ("x-workflow-platform", account.signed(for: "https://another.example.com/token", at: now)),
                ("x-workflow-platform", account.signed(for: place(other), at: now)),
                ("x-workflow-platform", account.signed(for: "", at: now)),
                // The header is put in afterwards, without being signed.
                (
                    "must be over",
                    account.signed(for: "", at: now, headers: ["x-workflow-platform": .string(here)])
                ),
                ("must be for", account.signed(for: here, at: now, host: "evil.example.com")),
                ("must be for", account.signed(for: here, at: now, host: "sts.us-east-1.amazonaws.com")),
                (
                    "must be for",
                    account.signed(
                        for: here, at: now,
                        changes: ["url": "https://sts.eu-central-1.amazonaws.com.evil.example.com/"])
                ),
                (
                    "must be for",
                    account.signed(for: here, at: now, changes: ["url": "https://\(TestAccount.host)/?Action=X"])
                ),
                ("must be a POST", account.signed(for: here, at: now, changes: ["method": "GET"])),
                (
                    "must be a POST",
                    account.signed(for: here, at: now, changes: ["body": "Action=AssumeRole&Version=2011-06-15"])
                ),
                ("five minutes", account.signed(for: here, at: now.advanced(by: .seconds(-301)))),
                ("five minutes", account.signed(for: here, at: now.advanced(by: .seconds(301)))),
                ("header host", account.signed(for: here, at: now, headers: ["host": "evil.example.com"])),
                ("each of them", account.signed(for: here, at: now, headers: ["X-Amz-Date": "20260101T000000Z"])),
                ("each of them", account.signed(for: here, at: now, headers: ["x-amz-security-token": "a\r\nb: c"])),
                (
                    "Signature Version 4",
                    account.signed(
                        for: here, at: now,
                        headers: ["authorization": .string(authorization + ", Signature=\(authorization.suffix(64))")])
                ),
                ("Signature Version 4", account.signed(for: here, at: now, headers: ["authorization": "Bearer x"])),
            ]
            for (reason, body) in attacks {
                let answer = try await fixture.token(provider, body)
                #expect(answer.status == 401, "\(reason)")
                let detail = try answer.json["detail"]?.stringValue ?? ""
                #expect(detail.contains(reason), "\(detail)")
            }
            let missing = try await fixture.token(provider, ["token": "x"])
            #expect(missing.status == 422)
            #expect(try missing.problem == "credential-missing")
            #expect(try missing.json["detail"] == "Show a signed request for GetCallerIdentity as aws_request.")
            #expect(heard.all.isEmpty)

            // One whose content was changed is sent on, and AWS does not take it.
            let forged = account.signed(
                for: here, at: now, headers: ["x-amz-date": .string(SignatureV4.stamp(now.advanced(by: .seconds(9))))])
            let refused = try await fixture.token(provider, forged)
            #expect(refused.status == 401)
            #expect(try refused.json["detail"] == "AWS does not take the signature.")
        }
    }

    @Test func anotherAccountIsRefused() async throws {
        try await with(account: TestAccount(account: "999999999999")) { fixture, _ in
            let provider = try await fixture.provider("aws_iam", config)
            let request = TestAccount().signed(for: place(provider), at: fixture.test.clock.now)
            let answer = try await fixture.token(provider, request)
            #expect(answer.status == 401)
            #expect(try answer.json["detail"] == "The identity belongs to another account than 123456789012.")
        }
    }

    private func with(
        account: TestAccount, _ body: (_ fixture: IAMFixture, _ heard: Heard<String>) async throws -> Void
    ) async throws {
        try await with(TestDatabase.allCases[0], account, body)
    }
}
