import WorkflowCore
import WorkflowModules

extension TestApplication {
    /// Adds a user to the module that logs users in.
    ///
    /// - Throws: ``ConfigurationError`` when there is no such module, or the address is none; ``StoreError``.
    func add(_ given: GivenUser) async throws {
        let modules = generation.services.all(JWTAuthentication.self)
        guard let module = modules.first?.service else {
            throw ConfigurationError([
                given.email.issue(
                    "the application has no auth.jwt, which users would belong to", suggestion: "add one to modules")
            ])
        }
        guard let email = EmailAddress.normalized(given.email.value) else {
            throw ConfigurationError([given.email.issue("the email address is not valid")])
        }
        // Passwords are hashed on threads elsewhere. All modules find users in the same store.
        _ = try await time.thread.outside {
            try await module.addUser(email: email, name: given.name, password: given.password, id: given.id)
        }
    }

    /// A token of a user.
    ///
    /// - Parameter email: The address.
    /// - Throws: ``WorkflowError`` `.notFound` when nobody has it, `.invalidInput` when it is not clear who makes tokens.
    func token(ofUser email: String) async throws -> String {
        let modules = generation.services.all(JWTAuthentication.self)
        guard modules.count < 2 else {
            let names = modules.map(\.name).joined(separator: ", ")
            throw WorkflowError(
                .invalidInput, "There are several auth.jwt (\(names)); log in at one of them, and send its token.")
        }
        guard let module = modules.first?.service, let user = try await module.user(email: email) else {
            throw WorkflowError(
                .notFound, "There is no user \(email); add it to given, or have it register first.")
        }
        return try await module.token(for: user)
    }
}
