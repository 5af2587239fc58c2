import WorkflowCore

extension ExpectationCheck {
    /// Compares the messages that were published.
    mutating func check(_ expected: EventExpectation) {
        let all = application.recorder.events
        do {
            let pattern = try TopicPattern(expected.topic.value)
            let onTopic = all.filter { pattern.matches($0.topic) }
            let scope = application.variables.scope
            let found = onTopic.filter { expected.payload?.matches($0.payload, in: scope) ?? true }
            let seen = onTopic.isEmpty ? all.map(\.topic) : onTopic.map { "\($0.topic) \($0.payload.shown)" }
            count(
                found.count, expected.count, expected.topic.location, "events \(expected.topic.value)",
                expected.payload?.text, seen)
        } catch {
            add(expected.topic.location, "events", expected.topic.value, "\(error)")
        }
    }

    /// Compares the messages that a handler has taken.
    mutating func check(_ expected: HandlingExpectation) {
        let (handler, scope) = (expected.handler.value, application.variables.scope)
        guard application.generation.services.find((any MessageSource).self, named: handler) != nil else {
            let names = application.generation.services.all((any MessageSource).self).map(\.name)
            let hint = Suggestion.text(for: handler, among: names, what: "handlers")
            return add(
                expected.handler.location, "handled", "a message handler \"\(handler)\"",
                "none of this name" + (hint.map { "; \($0)" } ?? ""))
        }
        let all = application.recorder.handled(by: handler)
        let found = all.filter { expected.payload?.matches($0.payload, in: scope) ?? true }
        count(
            found.count, expected.times, expected.handler.location, "messages handled by \(handler)",
            expected.payload?.text, all.map { "\($0.topic) \($0.payload.shown)" })
    }

    /// Compares the calls of a component.
    mutating func check(_ expected: CallExpectation) {
        let calls = application.recorder.calls.filter { $0.component == expected.component.value }
        let scope = application.variables.scope
        let found = calls.filter { call in
            (expected.input?.matches(call.input, in: scope) ?? true)
                && (expected.output.map { call.output != nil && $0.matches(call.output, in: scope) } ?? true)
        }
        let text = [expected.input?.text, expected.output.map { "output \($0.text)" }].compactMap { $0 }
        count(
            found.count, expected.times, expected.component.location, "calls of \(expected.component.value)",
            text.isEmpty ? nil : text.joined(separator: ", "), calls.map { $0.json.shown })
    }

    /// Compares the requests to other hosts.
    mutating func check(_ expected: OutgoingExpectation) {
        let pattern = HostPattern(expected.url.value)
        let all = application.recorder.requests
        let scope = application.variables.scope
        let found = all.filter { request in
            pattern.matches(request.method, request.url) && (expected.method ?? request.method) == request.method
                && (expected.body?.matches(request.body, in: scope) ?? true)
                && expected.headers.allSatisfy { $0.value.matches(request.headers[$0.key.lowercased()], in: scope) }
        }
        count(
            found.count, expected.times, expected.url.location, "requests to \(expected.url.value)",
            expected.body?.text, all.map { $0.json.shown })
    }

    private mutating func count(
        _ found: Int, _ wanted: Int?, _ place: SourceLocation, _ what: String, _ content: String?, _ seen: [String]
    ) {
        guard wanted.map({ $0 != found }) ?? (found == 0) else { return }
        let expected = (wanted.map { "\($0)" } ?? "one or more") + (content.map { " with \($0)" } ?? "")
        let shown = seen.suffix(5).joined(separator: "\n")
        let list = seen.isEmpty ? "" : "; \(seen.count > 5 ? "the last 5 there were" : "there were"):\n\(shown)"
        add(place, what, expected, "\(found)\(list)")
    }
}
