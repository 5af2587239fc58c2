/// The values that a function was called with, and the text that they came from.
struct ExpressionArguments {
    let function: ExpressionFunction
    let values: [JSONValue]
    let nodes: [ExpressionNode]
    let text: String
    let span: ExpressionSpan

    var count: Int { values.count }

    subscript(index: Int) -> JSONValue { values[index] }

    /// The argument as a string.
    func string(_ index: Int) throws(ExpressionFailure) -> String {
        guard case .string(let text) = values[index] else { throw mismatch(index, "a string") }
        return text
    }

    /// The argument as an array.
    func array(_ index: Int) throws(ExpressionFailure) -> [JSONValue] {
        guard case .array(let elements) = values[index] else { throw mismatch(index, "an array") }
        return elements
    }

    /// The argument as an object.
    func object(_ index: Int) throws(ExpressionFailure) -> JSONObject {
        guard case .object(let object) = values[index] else { throw mismatch(index, "an object") }
        return object
    }

    /// The argument as a whole number; one that was left out is the default.
    func integer(_ index: Int, default fallback: Int? = nil) throws(ExpressionFailure) -> Int {
        if let fallback, index >= count { return fallback }
        guard let number = values[index].intValue else { throw mismatch(index, "a whole number") }
        return number
    }

    /// The argument as a point in time.
    func time(_ index: Int) throws(ExpressionFailure) -> Timestamp {
        let text = try string(index)
        if text.utf8.count <= 64, let time = Timestamp(rfc3339: text) { return time }
        throw invalid(index, "no RFC 3339 time from 1678 to 2261, such as 2026-11-23T09:00:00Z")
    }

    /// The argument as a path that leads to a part of each element.
    func path(_ index: Int) throws(ExpressionFailure) -> ExpressionPath {
        guard let path = ExpressionPath(try string(index)) else {
            throw invalid(index, "no path, such as price or address.lines[0]")
        }
        return path
    }

    /// The failure for an argument of a wrong type.
    func mismatch(_ index: Int, _ wanted: String) -> ExpressionFailure {
        let value = values[index]
        return ExpressionFailure(
            value.isNull ? .nullOperand : .typeMismatch,
            "\(function.name): \(excerpt(index)) is \(value.typeWithArticle), but should be \(wanted)",
            at: nodes[index].span)
    }

    /// The failure for an argument of the right type that is not acceptable.
    func invalid(_ index: Int, _ complaint: String) -> ExpressionFailure {
        ExpressionFailure(
            .invalidArgument, "\(function.name): \(excerpt(index)) is \(complaint)", at: nodes[index].span)
    }

    /// The failure for an element of an array.
    func element(_ index: Int, _ value: JSONValue, _ wanted: String) -> ExpressionFailure {
        ExpressionFailure(
            value.isNull ? .nullOperand : .typeMismatch,
            "\(function.name): element \(index) is \(value.typeWithArticle), but should be \(wanted)", at: span)
    }

    private func excerpt(_ index: Int) -> String { nodes[index].span.excerpt(of: text) }
}
