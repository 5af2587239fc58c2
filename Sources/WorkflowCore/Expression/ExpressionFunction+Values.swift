extension ExpressionFunction {
    static let valueFunctions: [ExpressionFunction] = [
        ExpressionFunction(
            "coalesce", ["values..."], .values, "The first value that is not null; null if all are.",
            example: ("coalesce(null, '', 'a')", "''"), acceptsNull: true
        ) { _, arguments in
            arguments.values.first { !$0.isNull } ?? .null
        },
        ExpressionFunction(
            "isEmpty", ["value"], .values, "Whether the value is null, an empty string, array or object.",
            example: ("isEmpty([])", "true"), acceptsNull: true
        ) { _, arguments in
            switch arguments[0] {
            case .null: true
            case .string(let text): .bool(text.isEmpty)
            case .array(let elements): .bool(elements.isEmpty)
            case .object(let object): .bool(object.isEmpty)
            default: false
            }
        },
        ExpressionFunction(
            "length", ["value"], .values,
            "The number of code points of a string, elements of an array or keys of an object.",
            example: ("length('Grüße')", "5")
        ) { evaluator, arguments throws(ExpressionFailure) in
            guard let length = try evaluator.length(of: arguments[0], at: arguments.span) else {
                throw arguments.mismatch(0, "a string, an array or an object")
            }
            return length
        },
        ExpressionFunction(
            "contains", ["container", "value"], .values,
            "Whether a string has a part, an array an element or an object a key; the same as `value in container`, false for null.",
            example: ("contains('workflow', 'flow')", "true"), acceptsNull: true
        ) { evaluator, arguments throws(ExpressionFailure) in
            .bool(
                try evaluator.contains(
                    arguments[0], arguments[1], container: arguments.nodes[0], at: arguments.span))
        },
        ExpressionFunction(
            "type", ["value"], .values, "The type: null, boolean, number, string, array or object.",
            example: ("type([1])", "'array'"), acceptsNull: true
        ) { _, arguments in
            .string(arguments[0].typeName)
        },
        ExpressionFunction(
            "boolean", ["value"], .values,
            "The boolean that the texts true and false stand for; of numbers, whether it is not 0; otherwise null.",
            example: ("boolean('false')", "false")
        ) { _, arguments in
            switch arguments[0] {
            case .bool, .null: arguments[0]
            case .string("true"): true
            case .string("false"): false
            case .integer, .double, .decimal: .bool(arguments[0].isTruthy)
            default: nil
            }
        },
        ExpressionFunction(
            "number", ["value"], .values, "The number that the text is in JSON; of booleans 1 or 0; otherwise null.",
            example: ("number('12.50')", "12.5")
        ) { evaluator, arguments throws(ExpressionFailure) in
            switch arguments[0] {
            case .integer, .double, .decimal: return arguments[0]
            case .bool(let flag): return flag ? 1 : 0
            case .string(let text):
                try evaluator.charge(reading: text, at: arguments.span)
                guard let value = try? JSONValue(parsing: text), value.isNumber else { return nil }
                return value == 0 ? 0 : value
            default: return nil
            }
        },
        ExpressionFunction(
            "string", ["value"], .values, "The text, as in `${…}`: null is empty, arrays and objects are JSON.",
            example: ("string(1.5)", "'1.5'"), acceptsNull: true
        ) { evaluator, arguments throws(ExpressionFailure) in
            .string(try evaluator.text(of: arguments[0], at: arguments.span))
        },
        ExpressionFunction(
            "json", ["value"], .values, "The value as JSON text.",
            example: (#"json({a: [1, null]})"#, #"'{"a":[1,null]}'"#), acceptsNull: true
        ) { evaluator, arguments throws(ExpressionFailure) in
            .string(try evaluator.json(of: arguments[0], at: arguments.span))
        },
        ExpressionFunction(
            "parseJson", ["text"], .values, "The value that a JSON text stands for; an error if it is none.",
            example: (#"parseJson('{"a": 1}').a"#, "1")
        ) { evaluator, arguments throws(ExpressionFailure) in
            let text = try arguments.string(0)
            try evaluator.charge(text.utf8.count, at: arguments.span)
            do throws(JSONParsingError) {
                return try JSONValue(parsing: text)
            } catch {
                throw arguments.invalid(0, "no JSON (\(error.code), line \(error.line), column \(error.column))")
            }
        },
    ]
}

extension ExpressionEvaluator {
    /// The value as compact JSON.
    mutating func json(of value: JSONValue, at span: ExpressionSpan) throws(ExpressionFailure) -> String {
        try charge(value.footprint(limit: remaining), at: span)
        return value.jsonString()
    }

    /// The value as it stands within text.
    mutating func text(of value: JSONValue, at span: ExpressionSpan) throws(ExpressionFailure) -> String {
        try charge(value.footprint(limit: remaining), at: span)
        return value.templateText
    }
}
