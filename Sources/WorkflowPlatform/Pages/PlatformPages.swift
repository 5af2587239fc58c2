import HTTPTypes
import WorkflowCore
import WorkflowHTTP

/// The pages for people: where the links in e-mails lead, and where a device is signed in.
///
/// They are files that never change; a script of theirs calls the API like any other client. It loads nothing from
/// anywhere else, and keeps tokens in memory only. Tokens in links are behind `#`, so that no server or log sees them.
enum PlatformPages {
    /// A page, by its path.
    enum Page: String, CaseIterable {
        case device
        case invitation
        case verifyEmail = "verify-email"
        case resetPassword = "reset-password"
        case forgotPassword = "forgot-password"

        /// The address of the page.
        func address(_ configuration: PlatformConfiguration) -> String {
            "\(configuration.publicURL)/\(rawValue)"
        }

        /// The address of the page with a token of an e-mail.
        func address(_ configuration: PlatformConfiguration, token: String) -> String {
            "\(address(configuration))#token=\(token)"
        }
    }

    /// The pages that people come back to when they have signed in at a provider.
    static func signOnReturns(_ configuration: PlatformConfiguration) -> [String] {
        [Page.device, .invitation].map { $0.address(configuration) }
    }

    /// What the pages may do: their own scripts, their own style, requests to where they come from, and nothing more.
    static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'"

    private static let scripts = [
        "page.js": script, "sign-in.js": signInScript, "device.js": deviceScript, "invitation.js": invitationScript,
        "account.js": accountScript,
    ]

    /// Adds the pages to the routes.
    ///
    /// - Throws: ``RouteError`` when a route has one of their paths.
    static func add(to builder: inout RouteTableBuilder) throws {
        for page in Page.allCases {
            try add("/\(page.rawValue)", "text/html; charset=utf-8", html(page), to: &builder)
        }
        try add("/pages/page.css", "text/css; charset=utf-8", style, to: &builder)
        for (name, text) in scripts {
            try add("/pages/\(name)", "text/javascript; charset=utf-8", text, to: &builder)
        }
    }

    private static func add(
        _ path: String, _ type: String, _ text: String, to builder: inout RouteTableBuilder
    ) throws {
        let response = ServerResponse(
            headers: [
                .contentType: type, .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
                .contentSecurityPolicy: policy, ResponseFields.referrerPolicy: "no-referrer",
                ResponseFields.crossOriginOpenerPolicy: "same-origin",
                ResponseFields.crossOriginResourcePolicy: "same-origin",
            ], body: .bytes(Array(text.utf8)))
        try builder.add(method: .get, pattern: path, handler: ClosureHandler { _ in response })
    }
}
