import Foundation
import HTTPTypes
import WorkflowCore

extension ConnectorSettings {
    /// Header fields that only the engine or its client sets.
    private static let reservedHeaders: Set = [
        "host", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "te", "trailer", "expect",
        "proxy-connection", "idempotency-key",
    ]

    static let baseURLProblem: @Sendable (String) -> String? = { text in
        if let problem = FetchPlace.problem(text) { return problem }
        return text.contains("?") || text.contains("#") ? "must have neither a query nor a fragment" : nil
    }

    static let headersProblem: @Sendable ([String: SecretString]) -> String? = { headers in
        var seen: Set<String> = []
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            guard HTTPField.Name(name) != nil else { return "\"\(name)\" is no name of a header field" }
            guard HTTPField.isValidValue(value.value) else { return "the value of \"\(name)\" is not valid" }
            if reservedHeaders.contains(name.lowercased()) { return "the header \"\(name)\" is set by the engine" }
            if !seen.insert(name.lowercased()).inserted { return "the header \"\(name)\" is given twice" }
        }
        return nil
    }

    func checkAuthentication(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        let (needed, unused) =
            switch authType {
            case "basic": (["username", "password"], ["token"])
            case "bearer": (["token"], ["username", "password"])
            default: ([], ["token", "username", "password"])
            }
        for key in needed where node[key] == nil {
            decoder.fail(node, "missing key \"\(key)\"; authType \(authType) needs it")
        }
        for key in unused {
            guard let value = node[key] else { continue }
            let type = key == "token" ? "bearer" : "basic"
            decoder.fail(
                value, "\"\(key)\" is not used with authType \(authType)", suggestion: "write authType: \(type)")
        }
        if authType != "none", headers.keys.contains(where: { $0.lowercased() == "authorization" }) {
            decoder.fail(node["headers"] ?? node, "authType sets the header Authorization already")
        }
        if username.contains(":") {
            decoder.fail(node["username"] ?? node, "the name of a user cannot have a colon in it")
        }
    }

    func checkDatabase(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        guard database.value.isEmpty else { return }
        decoder.fail(
            node["dsn"] ?? node["driver"] ?? node, "a connector does not open databases itself",
            suggestion:
                "add a module of type database.workflow with this driver and dsn, and name it: database: <module>")
    }

    /// The header fields of every request in a fixed order, with names in lower case.
    var requestHeaders: [FetchHeader] {
        var fields = headers.map { FetchHeader(name: $0.key.lowercased(), value: $0.value.value) }
        switch authType {
        case "basic":
            let credentials = Data("\(username):\(password.value)".utf8).base64EncodedString()
            fields.append(FetchHeader(name: "authorization", value: "Basic \(credentials)"))
        case "bearer":
            fields.append(FetchHeader(name: "authorization", value: "Bearer \(token.value)"))
        default: break
        }
        for (name, value) in [("accept", "application/json"), ("user-agent", "workflow")]
        where !fields.contains(where: { $0.name == name }) {
            fields.append(FetchHeader(name: name, value: value))
        }
        return fields.sorted { $0.name < $1.name }
    }
}
