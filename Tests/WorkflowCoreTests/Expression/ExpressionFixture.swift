import WorkflowCore
import WorkflowTesting

/// Values that the expression tests name.
enum ExpressionFixture {
    static let order: JSONValue = [
        "id": 7, "total": 120, "rate": 0.25, "customer": ["name": "Ada"], "note": nil, "length": 3, "paid": true,
        "items": [["sku": "a", "price": 10], ["sku": "b", "price": 2.5]], "empty": [], "none": [:], "odd key": "odd",
        "tags": ["new", "vip"], "size": ["w": 1, "h": 2], "big": .decimal("12345678901234567890"),
    ]
    static let scope = ExpressionScope(
        roots: ["data": ["order": order, "a": 1, "b": 0, "key": "total"], "event": ["a": "event"]],
        data: ["order": order, "a": 1, "b": 0, "key": "total", "event": "hidden", "größe": 4])
    static let environment = ExpressionEnvironment(clock: TestClock(), identifiers: FixedIdentifiers())

    struct FixedIdentifiers: IdentifierGenerator {
        func next() -> String { "01890a5d-ac96-774b-bcce-b302099a8057" }
    }

    static func value(_ text: String, in scope: ExpressionScope = scope) throws -> JSONValue {
        try Expression(text).evaluate(in: scope, environment: environment)
    }

    /// The evaluation error of an expression, or `nil` if it has a value.
    static func error(
        _ text: String, in scope: ExpressionScope = scope, limits: ExpressionLimits = ExpressionLimits()
    ) throws -> ExpressionEvaluationError? {
        let expression = try Expression(text)
        do {
            _ = try expression.evaluate(in: scope, environment: ExpressionEnvironment(limits: limits))
            return nil
        } catch {
            return error
        }
    }
}
