import WorkflowCore

extension SignOnConfiguration {
    private static let members = ["name", "type", "issuer", "client_id", "client_secret", "scopes"]

    /// Reads the providers of the platform from `{"providers": [{"name", "type", "issuer"?, "client_id",
    /// "client_secret", "scopes"?}]}`.
    ///
    /// - Parameter json: The text.
    /// - Returns: The providers, in order.
    /// - Throws: ``WorkflowError`` `.invalidInput`, which never tells a secret.
    public static func providers(json: String) throws -> [PlatformProvider] {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: json, options: JSONParsingOptions(maximumDepth: 8))
        } catch {
            throw invalid("it is not JSON: \(error)")
        }
        guard let list = document["providers"]?.arrayValue, document.objectValue?.count == 1 else {
            throw invalid("it must be {\"providers\": […]}")
        }
        let providers = try list.enumerated().map { try provider($1, at: $0) }
        guard Set(providers.map(\.name)).count == providers.count else { throw invalid("two have the same name") }
        return providers
    }

    private static func provider(_ value: JSONValue, at index: Int) throws -> PlatformProvider {
        let place = "providers[\(index)]"
        guard let object = value.objectValue else { throw invalid("\(place) must be an object") }
        for key in object.keys where !members.contains(key) {
            let hint = Suggestion.text(for: key, among: members, what: "members")
            throw invalid("\(place): " + Suggestion.sentence("\(key) is not known here", hint))
        }
        func text(_ member: String) throws -> String {
            guard let text = object[member]?.stringValue else { throw invalid("\(place).\(member) must be a text") }
            return text
        }
        let type = try text("type")
        guard let kind = ProviderKind(rawValue: type) else {
            let kinds = ProviderKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw invalid("\(place).type must be one of: \(kinds)")
        }
        let scopes = try object["scopes"].map { scopes -> [String] in
            let texts = scopes.arrayValue?.map(\.stringValue) ?? [nil]
            guard !texts.contains(nil) else { throw invalid("\(place).scopes must be a list of texts") }
            return texts.compactMap { $0 }
        }
        return try PlatformProvider(
            name: try text("name"), kind: kind, issuer: try object["issuer"].map { _ in try text("issuer") },
            clientID: try text("client_id"), clientSecret: SecretString(try text("client_secret")), scopes: scopes)
    }

    private static func invalid(_ detail: String) -> WorkflowError {
        WorkflowError(.invalidInput, "The providers for single sign-on cannot be read: \(detail).")
    }
}
