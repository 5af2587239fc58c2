import HTTPTypes
import WorkflowCore
import WorkflowModules

/// What passwords must be, and their hashing.
struct PasswordPolicy: Sendable {
    let services: PlatformServices

    /// Makes sure that a new password is acceptable.
    ///
    /// - Throws: ``HTTPError`` 400.
    func check(_ password: String, member: String, email: String) throws {
        let least = services.configuration.minimumPasswordLength
        var detail: String?
        if password.unicodeScalars.count < least {
            detail = "A password must have at least \(least) characters."
        } else if password.utf8.count > PasswordHasher.longestPassword {
            detail = "A password must not have more than \(PasswordHasher.longestPassword) bytes."
        } else if password.lowercased() == email.lowercased() || Set(password).count < 4 {
            detail = "This password is too easy to guess."
        }
        if let detail { throw PlatformError.invalid([SchemaProblem(pointer: "/\(member)", detail: detail)]) }
    }

    /// Hashes a password.
    ///
    /// - Throws: ``HTTPError`` 503 when there is too much to do.
    func hash(_ password: String) async throws -> String {
        try await unlessBusy { try await services.passwords.hash(password) }
    }

    /// Compares a password with a hash; takes as long when there is none.
    ///
    /// - Throws: ``HTTPError`` 503 when there is too much to do.
    func matches(_ password: String, _ hash: String?) async throws -> PasswordHasher.Verdict {
        try await unlessBusy { try await services.passwords.check(password, against: hash) }
    }

    private func unlessBusy<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch is BoundedWorkers.Busy {
            throw PlatformError.problem(
                .serviceUnavailable, "unavailable", "There are too many sign-ins at the moment; try again.",
                headers: [.retryAfter: "5"])
        }
    }
}
