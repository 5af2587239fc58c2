/// A part of a parsed expression.
struct ExpressionNode: Sendable {
    /// One key of an object literal and its value.
    struct Entry: Sendable {
        let key: String
        let value: ExpressionNode
    }

    indirect enum Kind: Sendable {
        case constant(JSONValue)
        case root(String)
        case member(ExpressionNode, String)
        case element(ExpressionNode, ExpressionNode)
        case not(ExpressionNode)
        case negate(ExpressionNode)
        case binary(ExpressionOperator, ExpressionNode, ExpressionNode)
        case conditional(ExpressionNode, ExpressionNode, ExpressionNode)
        case array([ExpressionNode])
        case object([Entry])
        case call(ExpressionFunction, [ExpressionNode])
    }

    let kind: Kind
    let span: ExpressionSpan
    /// The number of nodes on the longest way down, which bounds the stack that evaluation takes.
    let height: Int32

    init(_ kind: Kind, at span: ExpressionSpan) {
        self.kind = kind
        self.span = span
        height = 1 + (kind.children.map(\.height).max() ?? 0)
    }

    /// Whether the value is made of parts that may be shared, so that its text may be much larger than its memory.
    var buildsValue: Bool {
        switch kind {
        case .constant, .root, .member, .element: false
        default: true
        }
    }
}

extension ExpressionNode.Kind {
    var children: [ExpressionNode] {
        switch self {
        case .constant, .root: []
        case .member(let base, _): [base]
        case .element(let base, let index): [base, index]
        case .not(let operand), .negate(let operand): [operand]
        case .binary(_, let left, let right): [left, right]
        case .conditional(let condition, let whenTrue, let whenFalse): [condition, whenTrue, whenFalse]
        case .array(let elements): elements
        case .object(let entries): entries.map(\.value)
        case .call(_, let arguments): arguments
        }
    }

    /// Whether the value depends on nothing but the expression itself.
    var isConstant: Bool {
        switch self {
        case .root: return false
        case .call(let function, _) where !function.isPure: return false
        default: break
        }
        return children.allSatisfy { if case .constant = $0.kind { true } else { false } }
    }
}
