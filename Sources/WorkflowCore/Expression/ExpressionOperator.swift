/// An operator between two operands.
enum ExpressionOperator: String, Sendable {
    case or = "||"
    case and = "&&"
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case `in` = "in"
    case coalesce = "??"
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"

    /// The precedence that operands of the word `not` bind with: it reaches over comparisons, `!` does not.
    static let precedenceOfNot = 3

    /// Creates the operator of a token, if it is one.
    init?(_ token: ExpressionToken.Kind) {
        switch token {
        case .symbol("==="), .symbol("=="): self = .equal
        case .symbol("!=="), .symbol("!="): self = .notEqual
        case .symbol(let text):
            guard let found = ExpressionOperator(rawValue: text) else { return nil }
            self = found
        case .name("and"): self = .and
        case .name("or"): self = .or
        case .name("in"): self = .in
        default: return nil
        }
    }

    /// How tightly the operator binds.
    var precedence: Int {
        switch self {
        case .or: 1
        case .and: 2
        case .equal, .notEqual: 3
        case .less, .lessOrEqual, .greater, .greaterOrEqual, .in: 4
        case .coalesce: 5
        case .add, .subtract: 6
        case .multiply, .divide, .remainder: 7
        }
    }
}
