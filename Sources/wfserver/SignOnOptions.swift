import ArgumentParser
import Foundation
import WorkflowCore
import WorkflowPlatform

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
            "Addresses that are not public where the providers of companies may be. May be repeated.",
            valueName: "range"),
        transform: { text in
            guard let range = AddressRange(text) else { throw ValidationError(AddressRange.problem(text) ?? text) }
            return range
        })
    var ssoAllow: [AddressRange] = []

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
        configuration.allowedAddresses = ssoAllow
        guard let ssoProviders else { return configuration }
        var attributes = stat()
        guard stat(ssoProviders, &attributes) == 0, let data = FileManager.default.contents(atPath: ssoProviders)
        else { throw WorkflowError(.unavailable, "\(ssoProviders) cannot be read; check its permissions.") }
        guard attributes.st_mode & 0o077 == 0 else {
            throw WorkflowError(
                .invalidInput, "Others may read \(ssoProviders): chmod 600 it, and change the secrets in it.")
        }
        configuration.providers = try SignOnConfiguration.providers(json: String(decoding: data, as: UTF8.self))
        return configuration
    }
}
