extension ExpressionParser {
    mutating func parseArray(_ opening: ExpressionToken) throws(ExpressionSyntaxFailure) -> ExpressionNode {
        try advance()
        let elements = try parseList("]")
        let span = opening.span.through(token.span)
        try close("]", opening)
        return try make(.array(elements), at: span)
    }

    mutating func parseObject(_ opening: ExpressionToken) throws(ExpressionSyntaxFailure) -> ExpressionNode {
        try advance()
        var entries: [ExpressionNode.Entry] = []
        while token.kind != .symbol("}") {
            let key: String
            switch token.kind {
            case .name(let name): key = name
            case .string(let string): key = string
            default: throw unexpected("a key", "objects are written as {name: value, \"other key\": value}")
            }
            try advance()
            try expect(":", "a key is followed by \": value\"")
            entries.append(ExpressionNode.Entry(key: key, value: try parse()))
            guard try accept(",") else { break }
        }
        let span = opening.span.through(token.span)
        try close("}", opening)
        return try make(.object(entries), at: span)
    }

    mutating func parseCall(
        _ name: String, _ first: ExpressionToken
    ) throws(ExpressionSyntaxFailure) -> ExpressionNode {
        guard let function = ExpressionFunction.named(name) else {
            let close = Suggestion.closest(to: name, among: ExpressionFunction.all.map(\.name))
            throw ExpressionSyntaxFailure(
                "there is no function \"\(name.prefix(64))\"", at: first.start, close.map { "did you mean \"\($0)\"?" })
        }
        let opening = token
        try advance()
        let arguments = try parseList(")")
        let span = first.span.through(token.span)
        try close(")", opening)
        guard function.arity.contains(arguments.count) else {
            throw ExpressionSyntaxFailure(
                "\(name) takes \(function.arityText), not \(arguments.count)", at: first.start,
                "write \(function.signature)")
        }
        return try make(.call(function, arguments), at: span)
    }

    /// Reads values between commas, up to a closing bracket.
    private mutating func parseList(_ end: String) throws(ExpressionSyntaxFailure) -> [ExpressionNode] {
        var elements: [ExpressionNode] = []
        while token.kind != .symbol(end) {
            elements.append(try parse())
            guard try accept(",") else { break }
        }
        return elements
    }

    /// The failure for parentheses after something that is no function.
    func notAFunction(_ node: ExpressionNode) -> ExpressionSyntaxFailure {
        var suggestion: String?
        if case .member(_, let name) = node.kind, let function = ExpressionFunction.named(name) {
            suggestion = "functions are not written after a value: \(function.signature)"
        }
        return ExpressionSyntaxFailure("only functions can be called", at: token.start, suggestion)
    }

    /// The failure for a name outside the known ones.
    func unknownName(_ name: String, at offset: Int, among roots: Set<String>) -> ExpressionSyntaxFailure {
        var suggestion: String?
        if let function = ExpressionFunction.named(name) {
            suggestion = "it is a function: \(function.signature)"
        } else if let close = Suggestion.closest(to: name, among: roots.sorted()) {
            suggestion = "did you mean \"\(close)\"?"
        } else if !roots.isEmpty, roots.count <= 24 {
            suggestion = "the names are: \(roots.sorted().joined(separator: ", "))"
        }
        return ExpressionSyntaxFailure("unknown name \"\(name.prefix(64))\"", at: offset, suggestion)
    }
}
