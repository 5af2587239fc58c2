import HTTPTypes
import WorkflowCore

/// Finds out what a run from a step needs that the steps before it have left.
struct ExecutionReplay: Sendable {
    private let steps: [ExecutionStep]

    /// - Parameter steps: The steps of an integration, in order.
    init(_ steps: [ExecutionStep]) {
        self.steps = steps
    }

    /// Where the run is taken up again.
    ///
    /// - Parameter name: The step; `nil` for the first one that failed.
    /// - Throws: ``HTTPError`` 409 when a result is not complete on record, 422 when there is no such step.
    func resumption(from name: String?) throws -> WorkflowCall.Resumption {
        let found = steps.firstIndex { step in name == nil ? step.status == .failed : step.name == name }
        guard let index = found else { throw noStep(name) }
        var results = JSONObject()
        for step in steps[..<index] {
            if step.status == .failed {
                // As the integration itself keeps them.
                results["\(step.name)_error"] = .string(step.error ?? "")
                continue
            }
            guard step.output.flaws.isEmpty else {
                throw PlatformError.conflict(
                    "incomplete-record",
                    "The result of the step \"\(step.name)\" is \(step.output.state) on record, so that no later step "
                        + "can be run with it; retry the whole execution.")
            }
            results[step.name] = try step.output.json.map { try JSONValue(parsing: $0) } ?? .null
            results.removeValue(forKey: "\(step.name)_error")
        }
        return WorkflowCall.Resumption(step: steps[index].name, results: results)
    }

    private func noStep(_ name: String?) -> any Error {
        let names = steps.map(\.name)
        let text =
            name.map { name in
                Suggestion.sentence(
                    "The execution has run no step \"\(name)\"",
                    Suggestion.text(for: name, among: names, what: "steps"))
            } ?? "No step of the execution has failed; say which one to begin at, as \"from_step\"."
        return PlatformError.problem(.unprocessableContent, "no-such-step", text)
    }
}
