import Testing
import WorkflowCore

@testable import WorkflowPlatform

/// The file in which the operator names providers.
@Suite struct SignOnConfigurationTests {
    @Test func providersAreRead() throws {
        let providers = try SignOnConfiguration.providers(
            json: """
                {"providers": [
                    {"name": "google", "type": "google", "client_id": "g", "client_secret": "s"},
                    {"name": "hub", "type": "github", "client_id": "h", "client_secret": "s", "scopes": ["user"]},
                    {"name": "okta", "type": "oidc", "issuer": "https://acme.okta.com/", "client_id": "o",
                     "client_secret": "s"}
                ]}
                """)
        #expect(providers.map(\.name) == ["google", "hub", "okta"])
        #expect(
            providers.map(\.issuer) == ["https://accounts.google.com", "https://github.com", "https://acme.okta.com/"])
        #expect(
            providers.map(\.scopes) == [["openid", "email", "profile"], ["user"], ["openid", "email", "profile"]])
    }

    @Test(arguments: [
        ("{", "it is not JSON"), ("[]", "it must be {\"providers\": […]}"),
        (#"{"providers": [], "more": 1}"#, "it must be {\"providers\": […]}"),
        (#"{"providers": [{"nam": "x"}]}"#, "providers[0]: nam is not known here"),
        (#"{"providers": [{"name": "x"}]}"#, "providers[0].type must be a text"),
        (#"{"providers": [{"name": "x", "type": "saml"}]}"#, "providers[0].type must be one of: oidc, github, google"),
        (provider(#""name": "token""#), "\"token\" cannot be the name of a provider"),
        (provider(#""name": "A b""#), "\"A b\" cannot be the name of a provider"),
        (provider(#""name": "x", "scopes": [1]"#), "providers[0].scopes must be a list of texts"),
        (
            provider(#""name": "x", "issuer": "http://a.example.com""#),
            "provider \"x\": issuer: This must be an https URL."
        ),
    ])
    func mistakesAreTold(json: String, message: String) throws {
        let error = #expect(throws: WorkflowError.self) { try SignOnConfiguration.providers(json: json) }
        #expect(error?.code == .invalidInput)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("hush") == false)
    }

    private static func provider(_ members: String) -> String {
        #"{"providers": [{"type": "oidc", "client_id": "c", "client_secret": "hush", \#(members)}]}"#
    }
}
