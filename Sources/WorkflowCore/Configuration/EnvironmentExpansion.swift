/// Replaces `${NAME}` and `${NAME:-default}` in text with environment variables; `$$` stands for one `$`.
///
/// Only names of letters, digits and underscores are variables: `${order.id}` is left for the workflow to fill in. Where
/// there are secrets, `${secret.NAME}` stands for one of them.
public struct EnvironmentExpansion: Sendable {
    struct Problem: Error {
        let message: String
        let suggestion: String
    }

    /// Keys whose values, and all below them, are left alone: they have `${…}` of their own.
    static let literalKeys: Set<String> = ["input", "transform", "condition", "expression"]

    /// Leaves every text as it is.
    static let none = EnvironmentExpansion(variables: nil)

    private let variables: [String: String]?
    private let secrets: [String: String]?

    /// Creates an expansion.
    ///
    /// - Parameters:
    ///   - variables: The environment.
    ///   - secrets: The values of `${secret.NAME}`; `nil` to leave such texts alone.
    public init(variables: [String: String], secrets: [String: String]? = nil) {
        self.variables = variables
        self.secrets = secrets
    }

    private init(variables: [String: String]?) {
        self.variables = variables
        secrets = nil
    }

    /// Replaces the variables in `text`; the value of a variable is not expanded again.
    ///
    /// - Parameters:
    ///   - text: The text of a configuration value.
    ///   - key: The path of the value. `$NAME` without braces is accepted as a whole value of a key called `secret`, or
    ///     whose name ends in `Secret` or `_secret`.
    func expand(_ text: String, key: String) -> Result<String, Problem> {
        guard variables != nil, text.utf8.contains(UInt8(ascii: "$")) else { return .success(text) }
        var text = text
        text.makeContiguousUTF8()
        let bytes = text.utf8
        if bytes.first == UInt8(ascii: "$"), Self.isSecret(key), Self.isName(bytes.dropFirst()) {
            return value(of: Substring(bytes.dropFirst()), default: nil)
        }
        var output = ""
        var rest = bytes[...]
        var hasClosingBrace = true
        while let mark = rest.firstIndex(of: UInt8(ascii: "$")) {
            output += Substring(rest[..<mark])
            rest = rest[mark...].dropFirst()
            if rest.first == UInt8(ascii: "$") {
                output += "$"
                rest = rest.dropFirst()
            } else if hasClosingBrace,
                let variable = Self.variable(in: rest, hasSecrets: secrets != nil, &hasClosingBrace)
            {
                switch value(of: variable.name, default: variable.fallback) {
                case .success(let value): output += value
                case .failure(let problem): return .failure(problem)
                }
                rest = bytes[variable.end...]
            } else {
                output += "$"
            }
        }
        return .success(output + Substring(rest))
    }

    /// Reads `{NAME}`, `{secret.NAME}` or `{NAME:-default}` at the beginning of `text`.
    ///
    /// - Parameter hasClosingBrace: Set to `false` when no brace closes a default; there is none further on either.
    private static func variable(
        in text: Substring.UTF8View, hasSecrets: Bool, _ hasClosingBrace: inout Bool
    ) -> (name: Substring, fallback: Substring?, end: String.Index)? {
        guard text.first == UInt8(ascii: "{") else { return nil }
        let inner = text.dropFirst()
        let named =
            hasSecrets && inner.starts(with: secretPrefix.utf8) ? inner.dropFirst(secretPrefix.utf8.count) : inner
        let nameEnd = named.firstIndex { !isNameByte($0) } ?? named.endIndex
        guard isName(named[..<nameEnd]) else { return nil }
        let name = Substring(inner[..<nameEnd])
        let after = inner[nameEnd...]
        if after.first == UInt8(ascii: "}") { return (name, nil, inner.index(after: nameEnd)) }
        guard after.starts(with: ":-".utf8) else { return nil }
        let fallback = after.dropFirst(2)
        guard let end = fallback.firstIndex(of: UInt8(ascii: "}")) else {
            hasClosingBrace = false
            return nil
        }
        return (name, Substring(fallback[..<end]), fallback.index(after: end))
    }

    private static let secretPrefix = "secret."

    private func value(of name: Substring, default fallback: Substring?) -> Result<String, Problem> {
        if let secrets, name.hasPrefix(Self.secretPrefix) {
            let name = name.dropFirst(Self.secretPrefix.count)
            if let value = secrets[String(name)] { return .success(value) }
            if let fallback { return .success(String(fallback)) }
            return .failure(
                Problem(message: "there is no secret \(name)", suggestion: "add it to the secrets of the workflow"))
        }
        if let value = variables?[String(name)], !(value.isEmpty && fallback != nil) { return .success(value) }
        if let fallback { return .success(String(fallback)) }
        return .failure(
            Problem(
                message: "the environment variable \(name) is not set",
                suggestion: "set it, or give a default: ${\(name):-value}"))
    }

    private static func isSecret(_ path: String) -> Bool {
        let key = path.utf8.lastIndex(of: UInt8(ascii: ".")).map { path[path.utf8.index(after: $0)...] } ?? path[...]
        return key == "secret" || key.hasSuffix("Secret") || key.hasSuffix("_secret")
    }

    private static func isName(_ text: some Sequence<UInt8>) -> Bool {
        var isFirst = true
        for byte in text {
            guard isNameByte(byte), !(isFirst && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)) else {
                return false
            }
            isFirst = false
        }
        return !isFirst
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
