/// Builds the tree of an expression, by precedence climbing over one token of lookahead.
struct ExpressionParser {
    private static let words: Set<String> = ["true", "false", "null", "and", "or", "not", "in"]

    var token: ExpressionToken
    var lexer: ExpressionLexer
    let text: String
    var depth = 0
    private let roots: Set<String>?

    /// Prepares to read an expression.
    ///
    /// - Parameters:
    ///   - text: The text, of which `bytes` are the UTF-8 bytes.
    ///   - start: Where in the text the expression begins.
    ///   - roots: The names it may use; `nil` for any.
    init(
        _ text: String, bytes: [UInt8], from start: Int = 0, roots: Set<String>?
    ) throws(ExpressionSyntaxFailure) {
        self.text = text
        self.roots = roots
        lexer = ExpressionLexer(bytes, from: start)
        token = try lexer.next()
    }

    /// Reads the expression up to the token that cannot belong to it.
    mutating func parse() throws(ExpressionSyntaxFailure) -> ExpressionNode {
        try descend()
        defer { depth -= 1 }
        let condition = try parseBinary(1)
        guard try accept("?") else { return condition }
        let whenTrue = try parse()
        try expect(":", "the second half of \"condition ? value : value\"")
        let whenFalse = try parse()
        return try make(.conditional(condition, whenTrue, whenFalse), at: condition.span.through(whenFalse.span))
    }

    private mutating func parseBinary(_ minimum: Int) throws(ExpressionSyntaxFailure) -> ExpressionNode {
        var left = try parseUnary()
        var comparison: ExpressionOperator?
        while let found = ExpressionOperator(token.kind), found.precedence >= minimum {
            if found.precedence == ExpressionOperator.less.precedence {
                if let comparison {
                    throw ExpressionSyntaxFailure(
                        "\(comparison.rawValue) and \(found.rawValue) cannot be chained", at: token.start,
                        "join two comparisons with &&")
                }
                comparison = found
            } else {
                comparison = nil
            }
            try advance()
            let right = try parseBinary(found.precedence + 1)
            left = try make(.binary(found, left, right), at: left.span.through(right.span))
        }
        return left
    }

    private mutating func parseUnary() throws(ExpressionSyntaxFailure) -> ExpressionNode {
        let start = token.span
        switch token.kind {
        case .symbol("!"), .symbol("-"), .symbol("+"), .name("not"): break
        default: return try parsePostfix()
        }
        try descend()
        defer { depth -= 1 }
        let sign = token.kind
        try advance()
        switch (sign, token.kind) {
        case (.name, _):
            let operand = try parseBinary(ExpressionOperator.precedenceOfNot)
            return try make(.not(operand), at: start.through(operand.span))
        case (.symbol("-"), .number(.decimal(let digits))) where Int64("-" + digits) != nil:
            let span = start.through(token.span)
            try advance()
            return try make(.constant(.integer(.min)), at: span)
        case (.symbol("!"), _):
            let operand = try parseUnary()
            return try make(.not(operand), at: start.through(operand.span))
        case (.symbol("-"), _):
            let operand = try parseUnary()
            return try make(.negate(operand), at: start.through(operand.span))
        default:
            throw ExpressionSyntaxFailure("a value cannot begin with \"+\"", at: Int(start.start))
        }
    }

    private mutating func parsePostfix() throws(ExpressionSyntaxFailure) -> ExpressionNode {
        var node = try parsePrimary()
        while true {
            switch token.kind {
            case .symbol("["): node = try parseElement(of: node)
            case .symbol("("): throw notAFunction(node)
            case .symbol("."), .symbol("?."):
                try advance()
                if token.kind != .symbol("[") { node = try parseMember(of: node) }
            default: return node
            }
        }
    }

    private mutating func parseMember(of base: ExpressionNode) throws(ExpressionSyntaxFailure) -> ExpressionNode {
        guard case .name(let name) = token.kind else {
            throw unexpected("a name after \".\"", "other keys and indexes are written as [0] or [\"key\"]")
        }
        let span = base.span.through(token.span)
        try advance()
        return try make(.member(base, name), at: span)
    }

    private mutating func parseElement(of base: ExpressionNode) throws(ExpressionSyntaxFailure) -> ExpressionNode {
        let opening = token
        try advance()
        let index = try parse()
        let span = base.span.through(token.span)
        try close("]", opening)
        if case .constant(.string(let key)) = index.kind { return try make(.member(base, key), at: span) }
        return try make(.element(base, index), at: span)
    }

    private mutating func parsePrimary() throws(ExpressionSyntaxFailure) -> ExpressionNode {
        let first = token
        switch first.kind {
        case .number(let number):
            try advance()
            return try make(.constant(number), at: first.span)
        case .string(let string):
            try advance()
            return try make(.constant(.string(string)), at: first.span)
        case .name(let name) where !Self.words.contains(name) || ["true", "false", "null"].contains(name):
            try advance()
            return try parseName(name, first)
        case .symbol("("):
            try advance()
            let node = try parse()
            try close(")", first)
            return node
        case .symbol("["): return try parseArray(first)
        case .symbol("{"): return try parseObject(first)
        default: throw unexpected("a value")
        }
    }

    private mutating func parseName(
        _ name: String, _ first: ExpressionToken
    ) throws(ExpressionSyntaxFailure) -> ExpressionNode {
        switch name {
        case "true": return try make(.constant(true), at: first.span)
        case "false": return try make(.constant(false), at: first.span)
        case "null": return try make(.constant(nil), at: first.span)
        default: break
        }
        if token.kind == .symbol("(") { return try parseCall(name, first) }
        if let roots, !roots.contains(name) { throw unknownName(name, at: first.start, among: roots) }
        return try make(.root(name), at: first.span)
    }
}
