/// One key of a configuration object: its name, where its value goes, and what it means.
public struct ConfigurationField<Root: Sendable>: Sendable {
    /// What the key looks like in a file.
    public let schema: FieldSchema

    private let read: @Sendable (ConfigurationNode, inout Root, inout ConfigurationDecoder) -> Void
    private let show: @Sendable (Root) -> JSONValue?

    /// Declares a key.
    ///
    /// - Parameters:
    ///   - name: The key.
    ///   - property: Where its value goes; what is there in a fresh object is the default.
    ///   - summary: What it does, in one or two sentences.
    ///   - required: Whether it must be given.
    ///   - secret: Whether its value must not be shown.
    ///   - aliases: Other spellings that are accepted.
    ///   - schema: What values it takes, when narrower than the type of the property says.
    ///   - reference: What the module must provide that this key names.
    ///   - check: Returns what is wrong with a value, or `nil`.
    public init<Value: ConfigurationValue>(
        _ name: String, _ property: any WritableKeyPath<Root, Value> & Sendable, _ summary: String,
        required: Bool = false, secret: Bool = false, aliases: [String] = [], schema: ConfigurationSchema? = nil,
        reference: ServiceKind? = nil, check: (@Sendable (Value) -> String?)? = nil
    ) where Root: ConfigurationObject {
        let plainSchema = schema ?? Value.schema
        let valueSchema = reference.map { plainSchema.referring(to: $0) } ?? plainSchema
        self.schema = FieldSchema(
            name: name, aliases: aliases, schema: valueSchema, isRequired: required, isSecret: secret,
            defaultValue: required ? nil : Root()[keyPath: property].configurationValue, summary: summary)
        self.read = { node, root, decoder in
            if let reference, node.expansion != .failed { decoder.recordReferences(in: node, kind: reference) }
            guard !node.isNull || Value.acceptsNull else {
                if required { decoder.fail(node, "the key \"\(name)\" has no value", suggestion: summary) }
                return
            }
            guard let value = decoder.decode(Value.self, from: node) else { return }
            if let problem = valueSchema.problem(with: value.configurationValue) ?? check?(value) {
                decoder.fail(node, problem)
            } else {
                root[keyPath: property] = value
            }
        }
        self.show = { $0[keyPath: property].configurationValue }
    }

    func accepts(_ key: String) -> Bool {
        schema.name == key || schema.aliases.contains(key)
    }

    func decode(_ node: ConfigurationNode, into root: inout Root, using decoder: inout ConfigurationDecoder) {
        read(node, &root, &decoder)
    }

    func value(of root: Root) -> JSONValue? {
        show(root)
    }
}

extension ConfigurationValue {
    static var acceptsNull: Bool { schema == .any }
}

extension ConfigurationSchema {
    func referring(to kind: ServiceKind) -> ConfigurationSchema {
        if case .list(let element) = self { .list(element.referring(to: kind)) } else { .reference(kind) }
    }

    func problem(with value: JSONValue?) -> String? {
        guard let value else { return nil }
        switch (self, value) {
        case (.integer(let minimum, let maximum), .integer(let number)):
            if let minimum, number < minimum { return "must be at least \(minimum), is \(number)" }
            if let maximum, number > maximum { return "must be at most \(maximum), is \(number)" }
            return nil
        case (.choice(let words), .string(let word)) where !words.contains(word):
            return "must be one of \(words.joined(separator: ", ")), is \"\(word)\""
        default:
            return nil
        }
    }
}
