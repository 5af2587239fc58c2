/// Computes the values of expressions, on one budget.
struct ExpressionEvaluator {
    /// The text that the nodes were read from, for error messages.
    var text = ""
    let scope: ExpressionScope
    let environment: ExpressionEnvironment
    private(set) var remaining: Int

    init(scope: ExpressionScope, environment: ExpressionEnvironment) {
        self.scope = scope
        self.environment = environment
        remaining = max(0, environment.limits.maximumCost)
    }

    /// Computes the value of a node.
    mutating func evaluate(_ node: ExpressionNode) throws(ExpressionFailure) -> JSONValue {
        try charge(1, at: node.span)
        switch node.kind {
        case .constant(let value): return value
        case .root(let name): return scope.value(of: name)
        case .member(let base, let name): return try member(name, of: evaluate(base), at: node.span)
        case .element(let base, let index):
            let value = try evaluate(base)
            return try element(evaluate(index), of: value, at: node.span)
        case .not(let operand): return .bool(!(try evaluate(operand).isTruthy))
        case .negate(let operand): return try negate(operand)
        case .binary(let sign, let left, let right): return try binary(sign, left, right, at: node.span)
        case .conditional(let condition, let whenTrue, let whenFalse):
            return try evaluate(condition).isTruthy ? evaluate(whenTrue) : evaluate(whenFalse)
        case .array(let elements): return try array(elements, at: node.span)
        case .object(let entries): return try object(entries, at: node.span)
        case .call(let function, let arguments): return try call(function, arguments, at: node.span)
        }
    }

    /// Takes the cost of some work from the budget.
    @inline(__always)
    mutating func charge(_ cost: Int, at span: ExpressionSpan) throws(ExpressionFailure) {
        remaining -= cost
        if remaining < 0 { throw exhausted(at: span) }
    }

    /// Takes the cost of reading a text from the budget.
    mutating func charge(reading text: String, at span: ExpressionSpan) throws(ExpressionFailure) {
        try charge(text.utf8.count / 64, at: span)
    }

    /// Fails unless a result is small enough.
    func checkOutput(_ value: JSONValue) throws(ExpressionEvaluationError) {
        let limit = environment.limits.maximumOutputBytes
        guard value.footprint(limit: limit) > limit else { return }
        let message = "the result is larger than \(limit) bytes"
        throw ExpressionEvaluationError(
            ExpressionFailure(.outputTooLarge, message, at: ExpressionSpan(0, 0)), in: text)
    }

    private func exhausted(at span: ExpressionSpan) -> ExpressionFailure {
        let limit = environment.limits.maximumCost
        return ExpressionFailure(
            .costExceeded, "the evaluation takes more than \(limit) steps, elements and bytes", at: span)
    }

    private mutating func array(
        _ nodes: [ExpressionNode], at span: ExpressionSpan
    ) throws(ExpressionFailure) -> JSONValue {
        var elements: [JSONValue] = []
        elements.reserveCapacity(nodes.count)
        for node in nodes { elements.append(try evaluate(node)) }
        return .array(elements)
    }

    private mutating func object(
        _ entries: [ExpressionNode.Entry], at span: ExpressionSpan
    ) throws(ExpressionFailure) -> JSONValue {
        var object = JSONObject()
        object.reserveCapacity(entries.count)
        for entry in entries { object[entry.key] = try evaluate(entry.value) }
        return .object(object)
    }

    private mutating func call(
        _ function: ExpressionFunction, _ nodes: [ExpressionNode], at span: ExpressionSpan
    ) throws(ExpressionFailure) -> JSONValue {
        var values: [JSONValue] = []
        values.reserveCapacity(nodes.count)
        for node in nodes { values.append(try evaluate(node)) }
        if !function.acceptsNull, let first = values.first, first.isNull { return .null }
        let arguments = ExpressionArguments(function: function, values: values, nodes: nodes, text: text, span: span)
        return try function.body(&self, arguments)
    }
}
