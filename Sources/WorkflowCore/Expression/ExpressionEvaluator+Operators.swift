extension ExpressionEvaluator {
    /// Computes the value of two operands and the operator between them.
    mutating func binary(
        _ sign: ExpressionOperator, _ left: ExpressionNode, _ right: ExpressionNode, at span: ExpressionSpan
    ) throws(ExpressionFailure) -> JSONValue {
        let first = try evaluate(left)
        switch sign {
        case .and: return first.isTruthy ? try evaluate(right) : first
        case .or: return first.isTruthy ? first : try evaluate(right)
        case .coalesce: return first.isNull ? try evaluate(right) : first
        default: break
        }
        let second = try evaluate(right)
        switch sign {
        case .equal: return .bool(try equal(first, second, at: span))
        case .notEqual: return .bool(!(try equal(first, second, at: span)))
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            if first.isNull || second.isNull { return false }
            guard let order = try order(first, second, at: span) else {
                throw ExpressionFailure(
                    .typeMismatch,
                    "\(sign.rawValue) compares numbers with numbers and strings with strings, "
                        + "not \(first.typeWithArticle) with \(second.typeWithArticle)", at: span)
            }
            return .bool(sign.accepts(order))
        case .in: return .bool(try contains(second, first, container: right, at: span))
        default:
            if sign == .add, let text = try concatenation(first, second, at: span) { return text }
            guard let result = try ExpressionArithmetic.compute(sign, first, second, at: span) else {
                throw unusable(first, of: left, second, of: right, for: sign)
            }
            return result
        }
    }

    /// Computes the value of a node with the opposite sign.
    mutating func negate(_ operand: ExpressionNode) throws(ExpressionFailure) -> JSONValue {
        let value = try evaluate(operand)
        let zero = JSONValue.integer(0)
        guard let result = try ExpressionArithmetic.compute(.subtract, zero, value, at: operand.span) else {
            throw unusable(zero, of: operand, value, of: operand, for: .subtract)
        }
        return result
    }

    /// The text of two values, one of which is a string and neither of which is null, array or object.
    private mutating func concatenation(
        _ left: JSONValue, _ right: JSONValue, at span: ExpressionSpan
    ) throws(ExpressionFailure) -> JSONValue? {
        switch (left, right) {
        case (.string(let left), .string(let right)):
            try charge(left.utf8.count + right.utf8.count, at: span)
            return .string(left + right)
        case (.string(let text), let other), (let other, .string(let text)):
            guard let scalar = other.scalarText else { return nil }
            try charge(text.utf8.count + scalar.utf8.count, at: span)
            if case .string = left { return .string(text + scalar) }
            return .string(scalar + text)
        default: return nil
        }
    }

    /// The failure for operands that an arithmetic operator cannot take.
    private func unusable(
        _ left: JSONValue, of leftNode: ExpressionNode, _ right: JSONValue, of rightNode: ExpressionNode,
        for sign: ExpressionOperator
    ) -> ExpressionFailure {
        let wanted = sign == .add ? "numbers or strings" : "numbers"
        for (value, node) in [(left, leftNode), (right, rightNode)] where value.isNull {
            let part = node.span.excerpt(of: text)
            return ExpressionFailure(
                .nullOperand, "\(part) is null, but \(sign.rawValue) takes \(wanted); give a default with ??",
                at: node.span)
        }
        let isLeft = !left.isNumber && !(sign == .add && left.isString)
        let (value, node) = isLeft ? (left, leftNode) : (right, rightNode)
        let part = node.span.excerpt(of: text)
        return ExpressionFailure(
            .typeMismatch, "\(part) is \(value.typeWithArticle), but \(sign.rawValue) takes \(wanted)", at: node.span)
    }
}

extension ExpressionOperator {
    /// Whether the comparison holds for operands whose order is negative, zero or positive.
    fileprivate func accepts(_ order: Int) -> Bool {
        switch self {
        case .less: order < 0
        case .lessOrEqual: order <= 0
        case .greater: order > 0
        default: order >= 0
        }
    }
}
