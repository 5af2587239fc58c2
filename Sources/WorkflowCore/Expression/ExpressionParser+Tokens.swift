extension ExpressionParser {
    /// The most nodes that may lie below each other, chains of operators included.
    private static let maximumHeight = 128

    mutating func advance() throws(ExpressionSyntaxFailure) {
        token = try lexer.next()
    }

    /// Passes over a symbol if it is the current token.
    mutating func accept(_ symbol: String) throws(ExpressionSyntaxFailure) -> Bool {
        guard token.kind == .symbol(symbol) else { return false }
        try advance()
        return true
    }

    mutating func expect(_ symbol: String, _ suggestion: String) throws(ExpressionSyntaxFailure) {
        guard try accept(symbol) else { throw unexpected("\"\(symbol)\"", suggestion) }
    }

    /// Passes over the bracket that closes an earlier one, without reading what follows the expression in a template.
    mutating func close(_ symbol: String, _ opening: ExpressionToken) throws(ExpressionSyntaxFailure) {
        guard token.kind == .symbol(symbol) else {
            let mark = opening.kind.shown
            throw unexpected(
                "\"\(symbol)\"", "\(mark) is open since \(ExpressionPosition(offset: opening.start, in: text))")
        }
        try advance()
    }

    /// Enters one more level of nesting; the caller leaves it.
    mutating func descend() throws(ExpressionSyntaxFailure) {
        guard depth < Expression.maximumDepth else {
            throw ExpressionSyntaxFailure(
                "the expression nests deeper than \(Expression.maximumDepth) levels", at: token.start)
        }
        depth += 1
    }

    /// Makes a node; what depends on nothing but constants is evaluated right away.
    func make(
        _ kind: ExpressionNode.Kind, at span: ExpressionSpan
    ) throws(ExpressionSyntaxFailure) -> ExpressionNode {
        let node = ExpressionNode(kind, at: span)
        guard node.height <= Self.maximumHeight else {
            throw ExpressionSyntaxFailure(
                "the expression has too many operators in a row", at: Int(span.start), "group them with parentheses")
        }
        guard kind.isConstant else { return node }
        if case .constant = kind { return node }
        var evaluator = ExpressionEvaluator(scope: ExpressionScope(), environment: .folding)
        guard let value = try? evaluator.evaluate(node) else { return node }
        return ExpressionNode(.constant(value), at: span)
    }

    /// The failure for a token that cannot stand where it stands.
    func unexpected(_ wanted: String, _ suggestion: String? = nil) -> ExpressionSyntaxFailure {
        if case .end = token.kind {
            return ExpressionSyntaxFailure(
                "the expression ends where \(wanted) should stand", at: token.start, suggestion)
        }
        return ExpressionSyntaxFailure(
            "unexpected \(token.kind.shown) where \(wanted) should stand", at: token.start, suggestion)
    }

    /// The failure for what follows a complete expression.
    func trailing() -> ExpressionSyntaxFailure {
        var suggestion: String?
        if case .symbol(let symbol) = token.kind, [")", "]", "}"].contains(symbol) {
            suggestion = "no bracket is open here"
        } else if token.kind == .name("not") {
            suggestion = "write not (… in …)"
        } else if case .name = token.kind {
            suggestion = "an operator such as && or + is missing before it"
        }
        return ExpressionSyntaxFailure(
            "unexpected \(token.kind.shown) after the end of the expression", at: token.start, suggestion)
    }
}

extension ExpressionToken.Kind {
    /// The token as an error message names it.
    var shown: String {
        switch self {
        case .number: "number"
        case .string: "string"
        case .name(let name): "\"\(name.prefix(64))\""
        case .symbol(let symbol): "\"\(symbol)\""
        case .end: "end"
        }
    }
}
