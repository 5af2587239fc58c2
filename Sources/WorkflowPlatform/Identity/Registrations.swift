import WorkflowCore
import WorkflowStore

/// Makes accounts, at once or when their addresses have been confirmed.
enum Registrations {
    private static let lifetime = Duration.seconds(24 * 3600)

    /// Makes an account.
    ///
    /// - Throws: ``HTTPError`` 409 when there is one with the address.
    static func make(
        _ registration: Registration, isConfirmed: Bool, _ call: APICall, _ connection: any SQLConnection
    ) throws -> User {
        guard try UserTable.find(email: registration.email, connection) == nil else {
            throw PlatformError.conflict("email-taken", "There is an account with this e-mail address.")
        }
        var user = Accounts.newPerson(email: registration.email, name: registration.displayName, call)
        user.isEmailVerified = isConfirmed
        try UserTable.insert(user, passwordHash: registration.passwordHash, connection)
        var event = call.event("auth.register", "user", user.id.text)
        event.user = user.id
        try call.services.audit.append(event, ofUser: user.id, now: call.now, connection)
        return user
    }

    /// Sends an e-mail whose link makes the account; one that tells of the attempt when there is an account already.
    ///
    /// Neither the answer, nor its time, nor a sign-in with the password afterwards tells which.
    static func begin(_ registration: Registration, _ call: APICall) async throws {
        let services = call.services
        let token = services.secrets.make(.oneTime)
        let known = try await services.database.write { connection -> User? in
            let user = try UserTable.find(email: registration.email, connection)?.user
            // Written in any case, so that the time of the answer does not tell whether there is an account.
            try RegistrationTable.insert(
                hash: SecretTokens.hash(token), registration, until: call.now.advanced(by: lifetime), connection)
            var event = call.event("auth.register-begin", "user", user?.id.text ?? "")
            event.user = user?.id
            try services.audit.append(event, to: nil, now: call.now, connection)
            return user
        }
        let configuration = services.configuration
        guard let known else {
            let link = PlatformPages.Page.verifyEmail.address(configuration, token: token)
            services.mail.submit(EmailVerification.message(to: registration.email, link: link))
            return
        }
        services.mail.submit(
            MailMessage(
                recipient: known.email, subject: "You have an account already",
                text: """
                    Somebody, perhaps you, has tried to make an account with this e-mail address, which has one already.
                    If that was you, sign in to it, or set a new password; otherwise there is nothing to do:

                    \(PlatformPages.Page.forgotPassword.address(configuration))
                    """))
    }

    /// Makes the account whose address the token of an e-mail confirms.
    ///
    /// - Returns: `nil` when the token does not work.
    static func finish(
        tokenHash hash: String, _ call: APICall, _ connection: any SQLConnection
    ) throws -> User? {
        guard let registration = try RegistrationTable.use(hash: hash, now: call.now, connection),
            // Somebody with an invitation may have been quicker.
            try UserTable.find(email: registration.email, connection) == nil
        else { return nil }
        return try make(registration, isConfirmed: true, call, connection)
    }
}
