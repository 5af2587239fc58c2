import Logging
import Synchronization
import WorkflowCore

/// Passes calls on to the module that the outcome of an expression leads to.
final class ConditionalRouter: MessageHandler, RoutingStep, ExecutableComponent {
    /// Returns the names of the branches that fit, the best one first.
    typealias Decision = @Sendable (Expression, ExpressionScope, ExpressionEnvironment) throws -> [String]

    /// The module that the outcomes belong to.
    let context: ModuleContext
    private let expression: Expression
    private let decide: Decision
    private let environment: ExpressionEnvironment
    private let targets = Mutex<[String: BranchTarget]>([:])

    /// - Throws: ``ConfigurationError`` without an expression, which a file cannot leave out.
    init(_ expression: Expression?, context: ModuleContext, decide: @escaping Decision) throws {
        guard let expression else { throw context.error("the key \"expression\" is missing") }
        self.expression = expression
        self.context = context
        self.decide = decide
        environment = ExpressionEnvironment(clock: context.clock, identifiers: context.environment.identifiers)
    }

    /// Connects the branches with their modules, which all exist now.
    ///
    /// - Parameter names: The branches that there can be; `nil` when any name can be one.
    /// - Throws: ``ConfigurationError`` with everything that is wrong with the branches.
    func connect(names: [String]?) throws {
        let issues = BranchChecks(context).issues(names: names)
        if !issues.isEmpty { throw ConfigurationError(issues) }
        let services = context.generation.services
        let found = context.branches.compactMapValues { BranchTarget($0, in: services, clock: context.clock) }
        targets.withLock { $0 = found }
        // How much may go on at once is known only now.
        context.generation.handlers.add(.step(self), name: context.name)
    }

    func handle(_ message: Message) async throws {
        try await target(of: ModuleCall(message))?.handle(message)
    }

    func execute(_ input: JSONValue) async throws -> JSONValue {
        let call = ModuleCall(input: input, identifiers: context.environment.identifiers)
        return try await target(of: call)?.execute(call) ?? .null
    }

    /// Whether the same content always leads to the same branch, whatever the time and the message that brings it.
    var dependsOnContentOnly: Bool {
        let words = expression.text.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "$") }
        return words.allSatisfy { !Self.changingNames.contains(String($0)) }
    }

    private static let changingNames: Set = ["event", "now", "uuid"]

    // MARK: - As a step

    /// That of a call whose branch is not known yet; each call follows the policy of the step that it leads to.
    var policy: StepPolicy {
        let timeouts = targets.withLock { $0.values.map(\.timeout) }
        return StepPolicy(maxRetries: 0, timeout: timeouts.max() ?? StepPolicy().timeout)
    }

    var concurrency: Int {
        targets.withLock { $0.values.map(\.concurrency) }.min() ?? .max
    }

    func step(for invocation: StepInvocation) throws -> any ProcessingStep {
        try target(of: ModuleCall(invocation))?.step(for: invocation) ?? BranchStep { _ in [:] }
    }

    func execute(_ invocation: StepInvocation) async throws -> JSONObject {
        try await step(for: invocation).execute(invocation)
    }

    // MARK: - Choosing

    private func target(of call: ModuleCall) throws -> BranchTarget? {
        let names: [String]
        do {
            names = try decide(expression, call.scope(), environment)
        } catch {
            throw WorkflowError(.stepFailed, "The expression of \"\(context.name)\" has no value", cause: error)
        }
        let targets = targets.withLock { $0 }
        let target = names.lazy.compactMap { targets[$0] }.first
        if target == nil {
            context.logger.debug(
                "No branch for this outcome", metadata: ["conditional.outcome": "\(names.first?.prefix(100) ?? "")"])
        }
        return target
    }
}

extension JSONValue {
    /// The text by which branches are named.
    var branchName: String { stringValue ?? jsonString() }
}
