import WorkflowCore
import WorkflowModules

extension TestApplication {
    /// Adds a user to the module that logs users in.
    ///
    /// - Throws: ``ConfigurationError`` when there is no such module, or the address is none; ``StoreError``.
    func add(_ given: GivenUser) async throws {
        let place = given.auth ?? given.email
        let modules = generation.services.all(JWTAuthentication.self)
        let found = modules.filter { given.auth == nil || $0.name == given.auth?.value }
        guard let module = found.first?.service else {
            throw ConfigurationError([
                place.issue(
                    given.auth.map { "the application has no auth.jwt \"\($0.value)\"" }
                        ?? "the application has no auth.jwt, which users would belong to",
                    suggestion: given.auth.flatMap {
                        Suggestion.text(for: $0.value, among: modules.map(\.name), what: "modules")
                    })
            ])
        }
        guard found.count == 1 else {
            let names = modules.map(\.name).joined(separator: ", ")
            throw ConfigurationError([
                place.issue("the application has several auth.jwt", suggestion: "name one of them as auth: \(names)")
            ])
        }
        guard let email = EmailAddress.normalized(given.email.value) else {
            throw ConfigurationError([given.email.issue("the email address is not valid", suggestion: nil)])
        }
        // Passwords are hashed on threads elsewhere.
        _ = try await time.thread.outside {
            try await module.addUser(email: email, name: given.name, password: given.password, id: given.id)
        }
    }

    /// A token of a user.
    ///
    /// - Parameter email: The address.
    /// - Throws: ``WorkflowError`` `.notFound` when nobody has it.
    func token(ofUser email: String) async throws -> String {
        for (_, module) in generation.services.all(JWTAuthentication.self) {
            if let user = try await module.user(email: email) { return try await module.token(for: user) }
        }
        throw WorkflowError(.notFound, "There is no user \(email); add it to given, or have it register first.")
    }
}
