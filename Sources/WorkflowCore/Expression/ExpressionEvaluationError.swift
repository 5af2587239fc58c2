/// Why an expression has no value for a scope, and which part of it is to blame.
///
/// The message quotes the expression and names the types of values, never the values.
public struct ExpressionEvaluationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of an evaluation error. More kinds may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The stable name of the kind.
        public let description: String

        private init(_ description: String) {
            self.description = description
        }

        /// `null` where a value is needed.
        public static let nullOperand = Code("nullOperand")
        /// A value of a type that the operator or function does not take.
        public static let typeMismatch = Code("typeMismatch")
        /// A value of the right type that the function does not take, such as a text that is no time.
        public static let invalidArgument = Code("invalidArgument")
        /// Division or remainder by zero.
        public static let divisionByZero = Code("divisionByZero")
        /// A number beyond 64-bit integers, or beyond the range of doubles.
        public static let numberOutOfRange = Code("numberOutOfRange")
        /// More work than ``ExpressionLimits/maximumCost`` allows.
        public static let costExceeded = Code("costExceeded")
        /// A result larger than ``ExpressionLimits/maximumOutputBytes``.
        public static let outputTooLarge = Code("outputTooLarge")
    }

    /// The kind of error.
    public let code: Code
    /// What happened, in one sentence.
    public let message: String
    /// The part of the expression that failed.
    public let position: ExpressionPosition
    /// The path to the text within a ``JSONTemplate``, such as `items[0].name`; otherwise empty.
    public internal(set) var path = ""

    init(_ failure: ExpressionFailure, in text: String) {
        code = failure.code
        message = failure.message
        position = ExpressionPosition(offset: Int(failure.span.start), in: text)
    }

    /// The message with its position.
    public var description: String {
        let place = path.isEmpty ? "" : "\(path): "
        return "\(place)\(message) (\(position))"
    }
}

/// A failure of the evaluator, before its offset is turned into line and column.
struct ExpressionFailure: Error {
    let code: ExpressionEvaluationError.Code
    let message: String
    let span: ExpressionSpan

    init(_ code: ExpressionEvaluationError.Code, _ message: String, at span: ExpressionSpan) {
        self.code = code
        self.message = message
        self.span = span
    }
}
