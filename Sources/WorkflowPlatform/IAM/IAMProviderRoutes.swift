import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Who vouches for programs of a company.
enum IAMProviderRoutes {
    private static let most = 50
    private static let path = "/companies/{id}/iam/providers"
    private static let one = "/iam/providers/{iamProviderId}"
    private static let config = Schema.freeObject(maximumBytes: 65_536)
    private static let conflict = [409: "The company has one with this name, or as many as it may."]

    static let all: [APIRoute] = [
        APIRoute(
            name: "createIAMProvider", method: .post, path: path, tag: "IAM",
            summary: "Adds a provider that vouches for programs.",
            access: .role(.admin, .credentials, on: .company("id"), byPerson: true),
            body: .object([
                .required("provider_type", .oneOf(Documents.iamProviderTypes)), .required("name", .name),
                .required("config", config, "What the type needs; secrets in it are never shown again."),
                .optional("enabled", .boolean),
            ]),
            answer: .created(Documents.iamProvider),
            problems: conflict.merging([422: "The type is not supported."]) { $1 }, handler: create),
        APIRoute(
            name: "listIAMProviders", method: .get, path: path, tag: "IAM", summary: "The providers of a company.",
            access: .role(.viewer, .credentials, on: .company("id")), answer: .page(Documents.iamProvider),
            handler: list),
        APIRoute(
            name: "showIAMProvider", method: .get, path: one, tag: "IAM", summary: "A provider, without its secret.",
            access: .role(.viewer, .credentials, on: .iamProvider), answer: .ok(Documents.iamProvider),
            isVersioned: true, handler: show),
        APIRoute(
            name: "updateIAMProvider", method: .put, path: one, tag: "IAM",
            summary: "Changes a provider; another config takes the place of the old one, and ends all tokens.",
            access: .role(.admin, .credentials, on: .iamProvider, byPerson: true),
            body: .object([
                .optional("name", .name),
                .optional("config", config, "A secret that is left out stays, unless it would go to somebody else."),
                .optional("enabled", .boolean),
            ]),
            answer: .ok(Documents.iamProvider), problems: conflict, isVersioned: true, handler: update),
        APIRoute(
            name: "deleteIAMProvider", method: .delete, path: one, tag: "IAM",
            summary: "Removes a provider with its mappings; its tokens work no more.",
            access: .role(.admin, .credentials, on: .iamProvider, byPerson: true), answer: .noContent,
            isVersioned: true, handler: delete),
        APIRoute(
            name: "testIAMProvider", method: .post, path: "\(one)/test", tag: "IAM",
            summary: "Asks the provider whether it can be asked.",
            access: .role(.admin, .credentials, on: .iamProvider),
            answer: .ok(.object([.required("success", .boolean), .required("message", .text(0...2000))])),
            handler: test),
    ]

    @Sendable private static func create(_ call: APICall) async throws -> APIAnswer {
        let (services, company) = (call.services, try call.path.company)
        guard let kind = IAMProvider.Kind(rawValue: try call.requiredText("provider_type")) else {
            throw PlatformError.defect("the body has an unknown type of provider")
        }
        guard kind.isSupported else {
            throw PlatformError.problem(
                .unprocessableContent, "provider-type-unsupported",
                "Providers of the type \(kind.rawValue) are not supported; use one of: "
                    + "\(IAMProvider.Kind.allCases.filter(\.isSupported).map(\.rawValue).joined(separator: ", ")).")
        }
        let (settings, secret) = try IAMSettings.read(call.body["config"]?.objectValue ?? [:], kind)
        if kind == .kubernetes, secret == nil { throw IAMSettings.noSecret("This must be given.") }
        let provider = IAMProvider(
            id: services.newID(), company: company, kind: kind, name: try call.requiredText("name"),
            settings: settings, isEnabled: call.body["enabled"]?.boolValue ?? true, revision: 1,
            createdBy: try call.caller.user, createdAt: call.now, updatedAt: call.now)
        try await services.database.write { connection in
            try services.audit.lock(company, connection)
            guard try IAMProviderTable.count(of: company, connection) < most else {
                throw PlatformError.conflict("too-many-providers", "A company has \(most) providers at most.")
            }
            let sealed = try secret.map { try seal($0, of: provider, call, connection) }
            try IAMProviderTable.insert(provider, sealed: sealed, connection)
            try record("iam-provider.create", provider, Documents.make(provider, services), call, connection)
        }
        return .data(Documents.make(provider, services), revision: provider.revision)
    }

    @Sendable private static func list(_ call: APICall) async throws -> APIAnswer {
        let (company, page) = (try call.path.company, try call.page)
        let found = try await call.services.database.read { try IAMProviderTable.list(of: company, page, $0) }
        return .page(found, limit: page.limit) { Documents.make($0, call.services) }
    }

    @Sendable private static func show(_ call: APICall) async throws -> APIAnswer {
        let provider = try await call.services.database.read { try find(call, $0).provider }
        return .data(Documents.make(provider, call.services), revision: provider.revision)
    }

    @Sendable private static func update(_ call: APICall) async throws -> APIAnswer {
        let (services, company) = (call.services, try call.path.company)
        let provider = try await services.database.write { connection in
            try services.audit.lock(company, connection)
            var (provider, sealed) = try find(call, connection)
            let before = provider
            try call.checkRevision(before.revision)
            try authorize(provider, call, connection)
            var isSecretNew = false
            if let config = call.body["config"]?.objectValue {
                let (settings, secret) = try IAMSettings.read(config, provider.kind)
                if secret == nil, settings.sendsSecretElsewhere(than: before.settings) {
                    throw IAMSettings.noSecret(
                        "This must be given again, since another server or ca_certificate would get the one in place.")
                }
                provider.settings = settings
                isSecretNew = secret != nil
                if let secret { sealed = try seal(secret, of: provider, call, connection) }
            }
            if let name = call.text("name") { provider.name = name }
            if let isEnabled = call.body["enabled"]?.boolValue { provider.isEnabled = isEnabled }
            (provider.revision, provider.updatedAt) = (before.revision + 1, call.now)
            guard try IAMProviderTable.update(provider, sealed: sealed, connection) else {
                throw PlatformError.preconditionFailed(EntityTag.make(before.revision))
            }
            if provider.settings != before.settings || !provider.isEnabled {
                try IAMTokenTable.deleteAll(of: provider.id, connection)
            }
            var details = AuditEvent.difference(
                Documents.make(before, services), Documents.make(provider, services))
            if isSecretNew { details[IAMSettings.secretName] = "changed" }
            try record("iam-provider.update", provider, details, call, connection)
            return provider
        }
        return .data(Documents.make(provider, services), revision: provider.revision)
    }

    @Sendable private static func delete(_ call: APICall) async throws -> APIAnswer {
        let (services, company) = (call.services, try call.path.company)
        try await services.database.write { connection in
            try services.audit.lock(company, connection)
            let provider = try find(call, connection).provider
            try call.checkRevision(provider.revision)
            try authorize(provider, call, connection)
            try IAMProviderTable.delete(provider.id, connection)
            try record("iam-provider.delete", provider, Documents.make(provider, services), call, connection)
        }
        return .nothing
    }

    @Sendable private static func test(_ call: APICall) async throws -> APIAnswer {
        let services = call.services
        do {
            let resolver = try await services.database.read { connection in
                let (provider, sealed) = try find(call, connection)
                return try services.identityManagement.resolver(
                    provider, sealed: sealed, services.workflows.vault, connection)
            }
            return .data(["success": true, "message": .string(try await resolver.test())])
        } catch let failure as IAMFailure {
            return .data(["success": false, "message": .string(String(failure.detail.prefix(2000)))])
        }
    }
}
