extension Expression: ConfigurationValue, Hashable {
    public static var schema: ConfigurationSchema { .string }

    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        // `true` and numbers are expressions as well.
        guard case .scalar(let value) = node.content, !value.isNull, let text = node.sourceText ?? value.scalarText
        else {
            decoder.failType(node, expected: "an expression")
            return nil
        }
        do {
            try self.init(text)
        } catch {
            decoder.fail(node, error)
            return nil
        }
    }

    public var configurationValue: JSONValue? { .string(text) }

    public static func == (left: Expression, right: Expression) -> Bool { left.text == right.text }

    public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

extension JSONTemplate: ConfigurationValue {
    public static var schema: ConfigurationSchema { .any }

    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        do {
            try self.init(node.json)
        } catch {
            decoder.fail(node, error)
            return nil
        }
    }

    public var configurationValue: JSONValue? { nil }
}

extension ConfigurationDecoder {
    fileprivate mutating func fail(_ node: ConfigurationNode, _ error: ExpressionParsingError) {
        let path = error.path.isEmpty ? "" : "\(error.path): "
        fail(node, "\(path)\(error.message) (\(error.position) of the expression)", suggestion: error.suggestion)
    }
}
