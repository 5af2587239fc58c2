import WorkflowCore

/// Takes secrets out of data and texts that operators are shown, by the rule of configurations: the names of keys tell.
enum SecretRedactor {
    /// What stands in place of a secret.
    static let mark = "<redacted>"

    /// Data without the values of keys that sound secret, and without credentials in texts.
    static func redact(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let object): .object(redact(object))
        case .array(let elements): .array(elements.map { redact($0) })
        case .string(let text): .string(redact(text))
        default: value
        }
    }

    /// Data without the values of keys that sound secret, and without credentials in texts.
    static func redact(_ object: JSONObject) -> JSONObject {
        JSONObject(
            object.map { key, value in
                (key, ConfigurationRedactor.soundsSecret(key) ? .string(mark) : redact(value))
            })
    }

    /// A text without the credentials of URLs and of `Authorization` fields.
    static func redact(_ text: String) -> String {
        guard mayHoldCredentials(text) else { return text }
        var text = text
        text.replace(#/:\/\/[^\s\/?#@"']+@/#) { _ in "://\(mark)@" }
        text.replace(#/\b(?<scheme>[Bb]earer|[Bb]asic) +[A-Za-z0-9._~+\/=-]{8,}/#) { "\($0.output.scheme) \(mark)" }
        return text
    }

    /// Whether a text has `://` in it, or a word that ends as `Bearer` or `Basic` do. Quick, since most texts have
    /// neither.
    private static func mayHoldCredentials(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            guard bytes.count > 4 else { return false }
            for index in 3..<bytes.count {
                switch (bytes[index - 3], bytes[index - 2], bytes[index - 1], bytes[index]) {
                case (_, UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "/")),
                    (UInt8(ascii: "r"), UInt8(ascii: "e"), UInt8(ascii: "r"), UInt8(ascii: " ")),
                    (UInt8(ascii: "s"), UInt8(ascii: "i"), UInt8(ascii: "c"), UInt8(ascii: " ")):
                    return true
                default: continue
                }
            }
            return false
        }
    }
}
