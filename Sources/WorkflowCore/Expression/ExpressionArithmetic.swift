/// Arithmetic on JSON numbers: exact on integers, otherwise on doubles, and never infinite.
enum ExpressionArithmetic {
    /// Computes the result of an arithmetic operator.
    ///
    /// - Returns: The result, or `nil` if an operand is no number.
    static func compute(
        _ sign: ExpressionOperator, _ left: JSONValue, _ right: JSONValue, at span: ExpressionSpan
    ) throws(ExpressionFailure) -> JSONValue? {
        if case .integer(let first) = left, case .integer(let second) = right {
            return try compute(sign, first, second, at: span)
        }
        guard left.isNumber, right.isNumber else { return nil }
        let (first, second) = (try double(left, at: span), try double(right, at: span))
        switch sign {
        case .add: return try result(first + second, at: span)
        case .subtract: return try result(first - second, at: span)
        case .multiply: return try result(first * second, at: span)
        default: break
        }
        guard !second.isZero else { throw divisionByZero(at: span) }
        return try result(
            sign == .divide ? first / second : first.truncatingRemainder(dividingBy: second), at: span)
    }

    private static func compute(
        _ sign: ExpressionOperator, _ left: Int64, _ right: Int64, at span: ExpressionSpan
    ) throws(ExpressionFailure) -> JSONValue {
        let outcome: (partialValue: Int64, overflow: Bool)
        switch sign {
        case .add: outcome = left.addingReportingOverflow(right)
        case .subtract: outcome = left.subtractingReportingOverflow(right)
        case .multiply: outcome = left.multipliedReportingOverflow(by: right)
        default:
            guard right != 0 else { throw divisionByZero(at: span) }
            let remainder = left.remainderReportingOverflow(dividingBy: right).partialValue
            if sign == .remainder { return .integer(remainder) }
            if remainder != 0 { return try result(Double(left) / Double(right), at: span) }
            outcome = left.dividedReportingOverflow(by: right)
        }
        guard !outcome.overflow else { throw outOfRange(at: span) }
        return .integer(outcome.partialValue)
    }

    /// The number as a double.
    static func double(_ value: JSONValue, at span: ExpressionSpan) throws(ExpressionFailure) -> Double {
        guard let number = value.doubleValue else { throw outOfRange(at: span) }
        return number
    }

    /// A double as a value: an integer when it has no fraction and is exact.
    static func result(_ number: Double, at span: ExpressionSpan) throws(ExpressionFailure) -> JSONValue {
        guard number.isFinite else { throw outOfRange(at: span) }
        guard number.magnitude <= 0x1p53, let integer = Int64(exactly: number) else { return .double(number) }
        return .integer(integer)
    }

    /// The failure for a result that no number can hold.
    static func outOfRange(at span: ExpressionSpan) -> ExpressionFailure {
        ExpressionFailure(.numberOutOfRange, "the result is too large for a number", at: span)
    }

    private static func divisionByZero(at span: ExpressionSpan) -> ExpressionFailure {
        ExpressionFailure(.divisionByZero, "division by zero", at: span)
    }
}
