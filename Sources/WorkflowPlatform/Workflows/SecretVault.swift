import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Encrypts the secrets of workflows and of identity providers: each company has a data key, which is itself encrypted
/// with the key of the platform, so that the database alone gives none of them away.
struct SecretVault: Sendable {
    /// Encrypts data keys; `nil` when the platform was given no key.
    private let box: SecretBox?

    /// Creates a vault.
    ///
    /// - Parameter key: The key of the platform, at least 32 bytes; `nil` when there is none.
    /// - Throws: ``WorkflowError`` `.invalidInput` when it is too short.
    init(key: SecretString?) throws {
        guard let key else {
            box = nil
            return
        }
        let bytes = Array(key.value.utf8)
        guard bytes.count >= 32 else {
            throw WorkflowError(.invalidInput, "The key for secrets must have at least 32 bytes.")
        }
        box = SecretBox(secret: bytes)
    }

    /// Encrypts a secret of a workflow; it cannot be read as that of another, in another environment, or
    /// under another name.
    ///
    /// - Throws: ``HTTPError`` 503 when there is no key, or another one than before.
    func seal(
        _ value: String, named name: String, of workflow: Workflow, in environment: EnvironmentName = .production,
        now: Timestamp, _ connection: any SQLConnection
    ) throws -> String {
        try seal(value, for: Self.owner(of: workflow, environment, name), of: workflow.company, now: now, connection)
    }

    /// Encrypts a secret of a company; it cannot be read as that of another owner.
    ///
    /// - Throws: ``HTTPError`` 503 when there is no key, or another one than before.
    func seal(
        _ value: String, for owner: String, of company: ID<Company>, now: Timestamp, _ connection: any SQLConnection
    ) throws -> String {
        let fresh = SecretTokens().bytes(32)
        let sealed = try platformBox().seal(fresh, for: Self.owner(of: company))
        let stored = try SecretTable.key(of: company, orElse: sealed, now: now, connection)
        return try dataBox(stored, company).seal(Array(value.utf8), for: owner)
    }

    /// Decrypts what ``seal(_:for:of:now:_:)`` has made.
    ///
    /// - Throws: ``HTTPError`` 503 when it cannot be decrypted.
    func open(
        _ sealed: String, for owner: String, of company: ID<Company>, _ connection: any SQLConnection
    ) throws -> SecretString {
        guard let key = try SecretTable.key(of: company, connection) else { throw Self.locked }
        let box = try dataBox(key, company)
        return SecretString(String(decoding: try Self.opening { try box.open(sealed, for: owner) }, as: UTF8.self))
    }

    /// The values of all secrets of a workflow in an environment.
    ///
    /// - Throws: ``HTTPError`` 503 when they cannot be decrypted.
    func values(
        of workflow: Workflow, in environment: EnvironmentName, _ connection: any SQLConnection
    ) throws -> [String: SecretString] {
        let rows = try SecretTable.sealed(of: DeploymentKey(workflow.id, in: environment), connection)
        guard !rows.isEmpty else { return [:] }
        guard let key = try SecretTable.key(of: workflow.company, connection) else { throw Self.locked }
        let box = try dataBox(key, workflow.company)
        var values: [String: SecretString] = [:]
        for row in rows {
            let bytes = try Self.opening {
                try box.open(row.sealed, for: Self.owner(of: workflow, environment, row.name))
            }
            values[row.name] = SecretString(String(decoding: bytes, as: UTF8.self))
        }
        return values
    }

    private func dataBox(_ sealed: String, _ company: ID<Company>) throws -> SecretBox {
        let box = try platformBox()
        return SecretBox(secret: try Self.opening { try box.open(sealed, for: Self.owner(of: company)) })
    }

    private func platformBox() throws -> SecretBox {
        guard let box else {
            throw PlatformError.problem(
                .serviceUnavailable, "secrets-unavailable", "The platform was started without a key for secrets.")
        }
        return box
    }

    private static let locked = PlatformError.problem(
        .serviceUnavailable, "secrets-locked",
        "The secrets cannot be decrypted: the platform was started with another key than before.")

    private static func opening(_ body: () throws -> [UInt8]) throws -> [UInt8] {
        do {
            return try body()
        } catch {
            throw locked
        }
    }

    private static func owner(of company: ID<Company>) -> String { "data-key:\(company)" }

    private static func owner(of workflow: Workflow, _ environment: EnvironmentName, _ name: String) -> String {
        "secret:\(workflow.company):\(DeploymentKey(workflow.id, in: environment)):\(name)"
    }
}
