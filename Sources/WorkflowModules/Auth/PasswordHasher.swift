import WorkflowCore

/// Makes and checks password hashes on a few threads of its own.
package struct PasswordHasher: Sendable {
    /// What a check found.
    package enum Verdict: Sendable {
        case mismatch
        case match
        /// The password is right, and its hash is weaker than new ones are: this one should take its place.
        case matchWithBetterHash(String)
    }

    /// Passwords of more bytes are refused: hashing them is no use to anybody.
    package static let longestPassword = 1024

    private let cost: PasswordHash.Cost
    private let workers = BoundedWorkers(label: "workflow.auth.passwords", concurrency: 2, waitingLimit: 128)

    package init(cost: PasswordHash.Cost) {
        self.cost = cost
    }

    /// Hashes a password.
    ///
    /// - Throws: ``BoundedWorkers/Busy``, `CancellationError`.
    package func hash(_ password: String) async throws -> String {
        try await workers.run { [cost] in try PasswordHash(password, cost: cost).phc }
    }

    /// Checks a password; takes as long when there is no hash.
    ///
    /// - Parameters:
    ///   - password: The password.
    ///   - phc: The stored hash; `nil` when there is no such user.
    /// - Throws: ``BoundedWorkers/Busy``, `CancellationError`.
    package func check(_ password: String, against phc: String?) async throws -> Verdict {
        guard !password.isEmpty, password.utf8.count <= Self.longestPassword else { return .mismatch }
        return try await workers.run { [cost] in
            guard let stored = phc.flatMap(PasswordHash.init(phc:)) else {
                _ = try PasswordHash(password, cost: cost)
                return .mismatch
            }
            guard try stored.matches(password) else { return .mismatch }
            guard stored.cost.isWeaker(than: cost) else { return .match }
            return .matchWithBetterHash(try PasswordHash(password, cost: cost).phc)
        }
    }
}
