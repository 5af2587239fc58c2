import WorkflowCore

/// Compares what a step and everything before it has led to with what is expected.
struct ExpectationCheck {
    let application: TestApplication
    let expectation: Expectation
    let result: StepResult
    /// Where the step stands.
    let location: SourceLocation
    private(set) var mismatches: [Mismatch] = []

    init(
        _ expectation: Expectation, of application: TestApplication, after result: StepResult,
        at location: SourceLocation
    ) {
        self.application = application
        self.expectation = expectation
        self.result = result
        self.location = location
    }

    /// The names for expressions and templates.
    private var scope: TestScope { application.variables.scope }

    /// Compares everything.
    ///
    /// - Throws: ``StoreError``, ``ExpressionEvaluationError``.
    mutating func run() async throws {
        checkAnswer()
        // Saved values are there for what follows in the same step.
        if mismatches.isEmpty { try save() }
        for instance in expectation.instance.values { try await check(instance) }
        for resource in expectation.resource.values { try await check(resource) }
        for event in expectation.events { check(event) }
        for handling in expectation.handled { check(handling) }
        for call in expectation.calls { check(call) }
        for request in expectation.requests { check(request) }
        for expression in expectation.check.values { check(expression) }
    }

    mutating func add(_ location: SourceLocation, _ path: String, _ expected: String, _ actual: String) {
        mismatches.append(Mismatch(location: location, path: path, expected: expected, actual: actual))
    }

    private mutating func checkAnswer() {
        if let expected = expectation.status, expected.value != result.status {
            add(
                expected.location, "status", "\(expected.value)",
                (result.status.map { "\($0)" } ?? "nothing")
                    + (result.body.isEmpty ? "" : ": \(JSONValue.string(result.text).shown)"))
        }
        for header in expectation.headers.entries {
            compare(header.value, result.headers[header.name.lowercased()], "headers.\(header.name)")
        }
        if let body = expectation.body { compare(body, result.json, "body") }
        if let text = expectation.text { compare(text, .string(result.text), "text") }
        if let error = expectation.error {
            compare(error, result.error.map { .string($0) }, "error")
        } else if let error = result.error {
            add(location, "", "no error", error)
        }
        if let value = expectation.result { compare(value, result.result, "result") }
    }

    mutating func compare(_ matcher: Matcher, _ value: JSONValue?, _ path: String) {
        mismatches += matcher.mismatches(of: value, at: path, in: scope)
    }

    private mutating func save() throws {
        let names = scope.adding(result.names)
        for entry in expectation.save.entries {
            let value = try entry.value.expression.evaluate(in: names.values, environment: names.environment)
            if value.isNull {
                add(entry.location, "save.\(entry.name)", "a value for \(entry.value.expression.text)", "null")
            }
            application.variables[entry.name] = value
        }
    }

    private mutating func check(_ expression: LocatedExpression) {
        let recorder = application.recorder
        var names = result.names
        names["events"] = .array(recorder.events.map(\.json))
        names["calls"] = .array(recorder.calls.map(\.json))
        names["requests"] = .array(recorder.requests.map(\.json))
        let scope = scope.adding(names)
        do {
            guard try !expression.expression.isTrue(in: scope.values, environment: scope.environment) else { return }
            add(expression.location, "", "that \(expression.expression.text.trimmed) is true", "it is not")
        } catch {
            add(expression.location, "", "that \(expression.expression.text.trimmed) is true", "\(error)")
        }
    }
}

extension Message {
    /// The message for expressions.
    var json: JSONValue {
        ["topic": .string(topic), "payload": payload, "key": .string(key), "at": .string(timestamp.description)]
    }
}
