import WorkflowCore
import WorkflowModules

extension IAMSettings {
    /// The names of the members of a kind, each with others that mean the same.
    private static let names: [IAMProvider.Kind: [(name: String, others: [String])]] = [
        .openIDConnect: [
            ("issuer", ["issuer_url"]), ("client_id", ["audience"]), ("claim_key", ["claim", "subject_claim"]),
        ],
        .kubernetes: [
            ("server", ["api_server_url", "api_server"]), ("ca_certificate", ["ca_cert", "ca"]), ("audience", []),
            ("namespace", []), ("cluster_name", ["cluster"]), (secretName, ["service_account_token"]),
        ],
        .aws: [("account_id", ["account"]), ("region", [])],
    ]

    /// The member of Kubernetes that is a secret.
    static let secretName = "reviewer_token"

    /// Reads what clients give.
    ///
    /// - Returns: The settings, and the secret if there is one.
    /// - Throws: ``HTTPError`` 400.
    static func read(
        _ config: JSONObject, _ kind: IAMProvider.Kind
    ) throws -> (settings: IAMSettings, secret: String?) {
        var values = try texts(config, names[kind] ?? [])
        let secret = values.removeValue(forKey: secretName)
        return (try IAMSettings(values, kind), secret)
    }

    /// Reads settings, which are complete.
    ///
    /// - Throws: ``HTTPError`` 400.
    init(_ values: [String: String], _ kind: IAMProvider.Kind) throws {
        func required(_ name: String, _ detail: String) throws -> String {
            guard let value = values[name], !value.isEmpty else { throw Self.invalid(name, detail) }
            return value
        }
        switch kind {
        case .openIDConnect:
            let issuer = try required("issuer", "Give the URL of the issuer.")
            if let problem = ProviderAddress.problem(issuer) { throw Self.invalid("issuer", problem) }
            self = .openIDConnect(
                OpenIDConnect(
                    issuer: issuer, audience: try required("client_id", "Give the audience that tokens must be for."),
                    claim: values["claim_key"].flatMap { $0.isEmpty ? nil : $0 } ?? "sub"))
        case .kubernetes:
            let server = try required("server", "Give the URL of the API server.")
            if let problem = ProviderAddress.problem(server) { throw Self.invalid("server", problem) }
            self = .kubernetes(
                Kubernetes(
                    server: server.hasSuffix("/") ? String(server.dropLast()) : server,
                    certificates: values["ca_certificate"] ?? "", audience: values["audience"] ?? "",
                    namespace: values["namespace"] ?? "", cluster: values["cluster_name"] ?? ""))
        case .aws:
            let account = try required("account_id", "Give the 12 digits of the account.")
            guard account.utf8.count == 12, account.utf8.allSatisfy({ (48...57).contains($0) }) else {
                throw Self.invalid("account_id", "This must have 12 digits.")
            }
            let region = values["region"].flatMap { $0.isEmpty ? nil : $0 } ?? "us-east-1"
            guard Self.isRegion(region) else { throw Self.invalid("region", "This is not a region such as eu-west-1.") }
            self = .aws(AWS(account: account, region: region))
        case .saml, .ldap, .custom:
            throw PlatformError.defect("a provider of the type \(kind.rawValue) has no settings")
        }
    }

    private static func texts(
        _ config: JSONObject, _ names: [(name: String, others: [String])]
    ) throws -> [String: String] {
        var values: [String: String] = [:]
        for (key, value) in config {
            guard let name = names.first(where: { $0.name == key || $0.others.contains(key) })?.name else {
                let hint = Suggestion.text(for: key, among: names.map(\.name), what: "members")
                throw invalid(key, Suggestion.sentence("This is not known here", hint))
            }
            guard let text = value.stringValue, text.utf8.count <= 20_000 else {
                throw invalid(key, "This must be a text of at most 20000 bytes.")
            }
            guard values.updateValue(text, forKey: name) == nil else {
                throw invalid(key, "This is given twice, under different names.")
            }
        }
        return values
    }

    /// A region goes into the name of a host, so that nothing else may be in it.
    private static func isRegion(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return (3...5).contains(parts.count) && text.utf8.count <= 30 && (parts.last.flatMap { Int($0) }) != nil
            && parts.dropLast().allSatisfy { part in
                !part.isEmpty && part.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
            } && (parts.last?.utf8.allSatisfy { (48...57).contains($0) } ?? false)
    }

    /// 400: the secret is missing.
    static func noSecret(_ detail: String) -> any Error { invalid(secretName, detail) }

    private static func invalid(_ member: String, _ detail: String) -> any Error {
        PlatformError.invalid([SchemaProblem(pointer: "/config/\(member)", detail: detail)])
    }
}
