import ArgumentParser
import Foundation
import WorkflowCore
import WorkflowPlatform
import WorkflowServer

/// With what people sign in to the platform besides passwords.
struct SignOnOptions: ParsableArguments {
    @Option(
        help: "File (JSON) with the providers with which everybody may sign in; only its owner may read it.")
    var ssoProviders: String?

    @Option(
        help:
            "An address that browsers may be sent to behind a sign-in at a provider, exactly as it is; may be repeated."
    )
    var ssoRedirect: [String] = []

    @Option(
        help: ArgumentHelp(
            "Addresses that are not public where the providers of companies may be, be it for the sign-in of people "
                + "or the tokens of programs. May be repeated.",
            valueName: "range"),
        transform: { text in
            guard let range = AddressRange(text) else { throw ValidationError(AddressRange.problem(text) ?? text) }
            return range
        })
    var providerAllow: [AddressRange] = []

    func validate() throws {
        for redirect in ssoRedirect {
            guard let url = URL(string: redirect), url.scheme != nil, url.host() != nil, url.fragment() == nil else {
                throw ValidationError("--sso-redirect is a URL such as https://app.example.com/signed-in.")
            }
        }
    }

    /// What the options say.
    ///
    /// - Throws: ``WorkflowError`` when the file cannot be used, or others may read it.
    func configuration() throws -> SignOnConfiguration {
        var configuration = SignOnConfiguration()
        configuration.redirects = ssoRedirect
        guard let ssoProviders else { return configuration }
        let text = try PrivateFile.text(ssoProviders, name: "--sso-providers")
        configuration.providers = try SignOnConfiguration.providers(json: text)
        return configuration
    }
}
