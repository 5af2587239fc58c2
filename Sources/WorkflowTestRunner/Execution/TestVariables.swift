import Synchronization
import WorkflowCore

/// What the steps of a test have saved.
final class TestVariables: Sendable {
    private let values = Mutex(JSONObject())
    private let environment: ExpressionEnvironment

    init(clock: any EngineClock, identifiers: any IdentifierGenerator) {
        environment = ExpressionEnvironment(clock: clock, identifiers: identifiers)
    }

    /// The saved values by their names, and all of them as `vars`.
    var scope: TestScope {
        let values = values.withLock { $0 }
        return TestScope(
            values: ExpressionScope(roots: ["vars": .object(values)], data: values), environment: environment)
    }

    subscript(name: String) -> JSONValue? {
        get { values.withLock { $0[name] } }
        set { values.withLock { $0[name] = newValue } }
    }
}
