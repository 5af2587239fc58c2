import WorkflowCore

/// Makes what is kept of inputs and outputs: without secrets, and never too large.
struct ValueRecorder: Sendable {
    /// What a value may take, in bytes.
    static let limit = 16 * 1024
    /// What an error may take, in characters.
    static let longestError = 2000
    private static let mark = "<redacted>"
    private static let cut = "…"

    /// Takes the secrets of the workflow out; `nil` when it has none.
    let secrets: SecretRedactor?

    /// The value as it is kept.
    func record(_ value: JSONValue) -> RecordedValue {
        let (reduced, flaws) = reduce(value)
        return RecordedValue(json: reduced.jsonString(), flaws: flaws)
    }

    /// The value without secrets, and without what is too much. Looks at no more than it keeps.
    func reduce(_ value: JSONValue) -> (JSONValue, RecordedValue.Flaws) {
        var budget = Self.limit
        var flaws: RecordedValue.Flaws = []
        return (reduce(value, &budget, &flaws), flaws)
    }

    /// The text of an error as it is kept.
    func record(error: String) -> String {
        let text = redact(String(error.prefix(Self.longestError)))
        // Not every database keeps the character NUL.
        let kept = text.utf8.contains(0) ? text.replacing("\0", with: "") : text
        return kept + (error.count > Self.longestError ? Self.cut : "")
    }

    private func reduce(_ value: JSONValue, _ budget: inout Int, _ flaws: inout RecordedValue.Flaws) -> JSONValue {
        switch value {
        case .object(let object):
            var reduced = JSONObject()
            for (name, member) in object {
                budget -= name.utf8.count + 4
                guard budget > 0 else {
                    flaws.insert(.truncated)
                    reduced[Self.cut] = .string(Self.cut)
                    break
                }
                if SecretNames.contains(name), !member.isNull {
                    flaws.insert(.redacted)
                    reduced[name] = .string(Self.mark)
                } else {
                    reduced[name] = reduce(member, &budget, &flaws)
                }
            }
            return .object(reduced)
        case .array(let elements):
            var reduced: [JSONValue] = []
            for element in elements {
                budget -= 1
                guard budget > 0 else {
                    flaws.insert(.truncated)
                    reduced.append(.string(Self.cut))
                    break
                }
                reduced.append(reduce(element, &budget, &flaws))
            }
            return .array(reduced)
        case .string(let text):
            return .string(reduce(text, &budget, &flaws))
        default:
            budget -= 8
            return value
        }
    }

    private func reduce(_ text: String, _ budget: inout Int, _ flaws: inout RecordedValue.Flaws) -> String {
        let safe = redact(text)
        if safe != text { flaws.insert(.redacted) }
        let length = safe.utf8.count
        defer { budget -= min(length, max(budget, 0)) + 2 }
        guard length > budget else { return safe }
        flaws.insert(.truncated)
        // Characters may take several bytes; what is left of the last one is not valid and left out.
        let start = safe.utf8.prefix(max(0, budget))
        return String(decoding: start, as: UTF8.self).filter { $0 != "\u{FFFD}" } + Self.cut
    }

    private func redact(_ text: String) -> String {
        let text = secrets?.redact(text) ?? text
        return SecretTexts.isSecret(text) ? Self.mark : text
    }

    /// Whether a value is so small that it can be kept as it is until it is written. Looks at no more than that.
    static func isSmall(_ value: JSONValue) -> Int? {
        var budget = limit
        measure(value, &budget)
        return budget > 0 ? limit - budget : nil
    }

    private static func measure(_ value: JSONValue, _ budget: inout Int) {
        guard budget > 0 else { return }
        switch value {
        case .object(let object):
            for (name, member) in object {
                budget -= name.utf8.count + 4
                guard budget > 0 else { return }
                measure(member, &budget)
            }
        case .array(let elements):
            for element in elements {
                budget -= 1
                guard budget > 0 else { return }
                measure(element, &budget)
            }
        case .string(let text): budget -= text.utf8.count + 2
        default: budget -= 8
        }
    }
}
