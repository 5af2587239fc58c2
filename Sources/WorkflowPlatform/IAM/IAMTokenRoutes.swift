import Crypto
import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Gives tokens to programs that a provider vouches for.
enum IAMTokenRoutes {
    static let all: [APIRoute] = [
        APIRoute(
            name: "createProgramToken", method: .post, path: "/auth/iam/{iamProviderId}/token", tag: "IAM",
            summary: "Takes what a provider has given to a program, and answers a token that works for 15 minutes.",
            access: .open,
            body: .object([
                .optional("token", .text(1...32_768), "With OpenID Connect and Kubernetes: the token."),
                .optional(
                    "aws_request", .freeObject(maximumBytes: 32_768),
                    "With AWS: a signed request for GetCallerIdentity, as method, url, headers and body."),
            ]),
            answer: AnswerRule.ok(Documents.iamToken).secret,
            problems: [
                401: "What was shown proves nothing, or was used before.", 403: "The program has no role.",
                422: "What the provider needs is missing: token, or aws_request.",
                502: "The provider cannot be asked.",
            ], handler: create)
    ]

    @Sendable private static func create(_ call: APICall) async throws -> APIAnswer {
        let (services, id): (PlatformServices, ID<IAMProvider>) = (call.services, try call.id("iamProviderId"))
        guard call.body.contains("token") != call.body.contains("aws_request") else {
            throw PlatformError.invalid([
                SchemaProblem(pointer: "/token", detail: "Give token or aws_request, as the provider needs it.")
            ])
        }
        try services.identityManagement.count(id, call)
        let found = try await services.database.read { try IAMProviderTable.find(id, $0) }
        guard let (provider, sealed) = found, provider.isEnabled else { throw PlatformError.notFound }
        do {
            let resolver = try await services.database.read { connection in
                try services.identityManagement.resolver(
                    provider, sealed: sealed, services.workflows.vault, connection)
            }
            let program = try await resolver.resolve(call.body, now: call.now)
            return try await give(program, by: provider, call)
        } catch let failure as IAMFailure {
            // Nothing was tried.
            guard failure.kind != .missing else { throw failure.problem }
            guard services.refusals.begin(id.text, now: call.now) else { throw failure.problem }
            try await services.database.write { connection in
                var event = call.event(
                    "iam-token.refuse", "iam_provider", id.text, ["reason": .string(failure.kind.rawValue)])
                // Whoever happens to be signed in meanwhile may belong to another company.
                (event.user, event.actor) = (nil, [:])
                try services.audit.append(event, to: provider.company, now: call.now, connection)
            }
            throw failure.problem
        }
    }

    private static func give(
        _ program: ProvenProgram, by provider: IAMProvider, _ call: APICall
    ) async throws -> APIAnswer {
        let services = call.services
        let secret = services.secrets.make(.program)
        let token = IAMToken(
            hash: SecretTokens.hash(secret), provider: provider.id, user: user(program, of: provider),
            program: program, createdAt: call.now, expiresAt: call.now.advanced(by: IdentityManagement.tokenLifetime))
        try await services.database.write { connection in
            // The provider may have been changed while it was asked.
            guard let current = try IAMProviderTable.find(provider.id, connection)?.provider, current.isEnabled,
                current.settings == provider.settings
            else { throw IAMFailure(.unavailable, "The provider was changed meanwhile; try again.") }
            guard try !IAMMappingTable.grants(program.identities, of: provider.id, connection).isEmpty else {
                throw IAMFailure(.unmapped, "No role is given to \(program.subject) by this provider.")
            }
            try saveUser(token.user, program, of: provider, call, connection)
            do {
                try IAMTokenTable.insert(token, connection)
            } catch let error as SQLError where error.kind == .uniqueViolation {
                throw IAMFailure(.repeated, "The request was used before; sign another one.")
            }
            var event = call.event(
                "iam-token.create", "iam_provider", provider.id.text, ["identity": .string(program.subject)])
            event.user = token.user
            event.actor = ["name": .string(program.subject), "iam_provider_id": .string(provider.id.text)]
            try services.audit.append(event, to: provider.company, now: call.now, connection)
        }
        return .data([
            "access_token": .string(secret), "token_type": "Bearer",
            "expires_in": .integer(IdentityManagement.tokenLifetime.wholeMilliseconds / 1000),
            "identity": .string(program.subject),
        ])
    }

    /// The account under which the program is on record: always the same for the same subject of the same provider.
    private static func user(_ program: ProvenProgram, of provider: IAMProvider) -> ID<User> {
        var bytes = Array(SHA256.hash(data: Array("iam \(provider.id) \(program.subject)".utf8)).prefix(16))
        // The version and the variant of an identifier of one's own making (RFC 9562, section 5.8).
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = Array(AuditHash.hexadecimal(bytes))
        let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
        return ID(stored: parts.joined(separator: "-"))
    }

    private static func saveUser(
        _ id: ID<User>, _ program: ProvenProgram, of provider: IAMProvider, _ call: APICall,
        _ connection: any SQLConnection
    ) throws {
        // Two requests of the same program would both add it.
        try call.services.audit.lock(provider.company, connection)
        guard try UserTable.find(id, connection) == nil else { return }
        let user = User(
            id: id, kind: .program, company: provider.company, email: "", isEmailVerified: false,
            displayName: String(program.subject.prefix(200)), avatarURL: "", isActive: true, hasSecondFactor: false,
            revision: 1, createdAt: call.now, updatedAt: call.now, lastLoginAt: nil)
        try UserTable.insert(user, passwordHash: nil, connection)
    }
}
