import HTTPTypes
import Testing
import WorkflowCore
import WorkflowHTTP
import WorkflowTesting

@testable import WorkflowPlatform

/// The pages where links in e-mails lead.
@Suite struct PageTests {
    private func get(
        _ path: String, _ test: TestPlatform, method: HTTPRequest.Method = .get
    ) async throws -> TestAnswer {
        let request = ServerRequest(
            method: method, target: path, remoteAddress: "192.0.2.1", receivedAt: test.clock.now,
            body: RequestBody(bytes: []))
        return try await TestAnswer(test.platform.handler.handle(request))
    }

    @Test(arguments: PlatformPages.Page.allCases) func eachIsSafe(page: PlatformPages.Page) async throws {
        try await TestPlatform.with { (test) async throws in
            let answer = try await get("/\(page.rawValue)", test)
            #expect(answer.status == 200)
            #expect(answer.headers[.contentType] == "text/html; charset=utf-8")
            #expect(answer.headers[.cacheControl] == "no-store")
            #expect(answer.headers[.xContentTypeOptions] == "nosniff")
            #expect(answer.headers[ResponseFields.referrerPolicy] == "no-referrer")
            let policy = try #require(answer.headers[.contentSecurityPolicy])
            for rule in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"] {
                #expect(policy.contains(rule))
            }
            #expect(!policy.contains("unsafe"))
            // Nothing that the policy forbids, and nothing from elsewhere.
            #expect(answer.text.matches(of: /<script(?! type="module" src="pages\/)|style=|<style|\son[a-z]+=/).isEmpty)
            #expect(!answer.text.contains("://"))
            #expect(try await get("/\(page.rawValue)", test, method: .head).status == 200)
        }
    }

    @Test func whatTheyLoadIsThere() async throws {
        try await TestPlatform.with { (test) async throws in
            var open = PlatformPages.Page.allCases.map { "/\($0.rawValue)" }
            var seen = Set(open)
            while let path = open.popLast() {
                let answer = try await get(path, test)
                #expect(answer.status == 200, "\(path)")
                let isPage = !path.hasPrefix("/pages/")
                let found =
                    isPage
                    ? answer.text.matches(of: /(?:src|href)="(pages\/[^"]+)"/).map { "/\($0.1)" }
                    : answer.text.matches(of: /from "\.\/([^"]+)"/).map { "/pages/\($0.1)" }
                #expect(!isPage || found.count == 2)
                for file in found where seen.insert(file).inserted { open.append(file) }
            }
            #expect(seen.count == PlatformPages.Page.allCases.count + 6)
        }
    }

    /// A label for a field that is not there, or a step that a script shows and no page has, would be found by nobody.
    @Test(arguments: PlatformPages.Page.allCases) func everyFieldHasALabel(page: PlatformPages.Page) throws {
        let html = PlatformPages.html(page)
        let identifiers = html.matches(of: /\sid="([^"]+)"/).map { String($0.1) }
        #expect(Set(identifiers).count == identifiers.count, "an id stands for one element")
        let labels = Set(html.matches(of: /<label for="([^"]+)"/).map { String($0.1) })
        let fields = html.matches(of: /<input id="([^"]+)"/).map { String($0.1) }
        #expect(labels == Set(fields))
        for hint in html.matches(of: /aria-describedby="([^"]+)"/) { #expect(identifiers.contains(String(hint.1))) }
    }

    @Test func tokensOfLinksReachNoServer() async throws {
        try await TestPlatform.with {
            $0.publicURL = "https://workflow.example/app"
            $0.registration = .open
        } _: { (test) async throws in
            let (tokens, company) = try await test.setUp()
            _ = try await test.send(
                .post, "/companies/\(company)/invitations", token: tokens.access,
                ["email": "new@example.com", "role": "viewer"])
            #expect(await test.mails.next().text.contains("https://workflow.example/app/invitation#token=wfi_"))
            _ = try await test.send(.post, "/auth/password/forgot", ["email": "owner@example.com"])
            #expect(await test.mails.next().text.contains("https://workflow.example/app/reset-password#token=wfo_"))
            _ = try await test.register("other@example.com")
            #expect(await test.mails.next().text.contains("https://workflow.example/app/verify-email#token=wfo_"))
        }
    }

    @Test func theyMayBeComeBackToFromAProvider() async throws {
        try await SignOnFixture.with { (fixture) async throws in
            let challenge = "code_challenge=\(CodeChallenge.make("of this test"))"
            func begin(_ redirect: String) async throws -> Int {
                let query = "redirect_uri=\(redirect.addingPercentEncoding())&\(challenge)"
                return try await fixture.test.send(.get, "/auth/oauth2/login?\(query)").status
            }
            #expect(try await begin("http://127.0.0.1:8090/device") == 302)
            #expect(try await begin("http://127.0.0.1:8090/invitation") == 302)
            #expect(try await begin("http://127.0.0.1:8090/verify-email") == 400)
            #expect(try await begin("http://127.0.0.1:8090/device/") == 400)
        }
    }
}
