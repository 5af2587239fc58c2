import HTTPTypes
import WorkflowCore

/// The parameters of a request that lists something.
struct QueryParameters {
    private let values: [String: String]

    /// Reads the query of a request.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - names: The parameters that there are.
    /// - Throws: ``HTTPError`` 400 for another one, or one that occurs twice.
    init(_ request: ServerRequest, _ names: String...) throws {
        var values: [String: String] = [:]
        for (name, value) in request.queryItems {
            guard names.contains(name) else {
                let hint = Suggestion.text(for: name, among: names, what: "parameters")
                throw HTTPError(.badRequest, Suggestion.sentence("There is no parameter \"\(name)\"", hint))
            }
            guard values.updateValue(value, forKey: name) == nil else {
                throw HTTPError(.badRequest, "The parameter \"\(name)\" is there twice.")
            }
        }
        self.values = values
    }

    /// A text; `nil` when there is none, or an empty one.
    subscript(name: String) -> String? {
        values[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A number of things.
    ///
    /// - Throws: ``HTTPError`` 400 when it is out of range.
    func count(_ name: String, in range: ClosedRange<Int>, otherwise standard: Int) throws -> Int {
        guard let text = self[name] else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw HTTPError(
                .badRequest, "\(name) must be a number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    /// `true` or `false`; `nil` when there is none.
    ///
    /// - Throws: ``HTTPError`` 400 for anything else.
    func flag(_ name: String) throws -> Bool? {
        switch self[name] {
        case nil: return nil
        case "true"?: return true
        case "false"?: return false
        default: throw HTTPError(.badRequest, "\(name) must be true or false.")
        }
    }

    /// One of several words; `nil` when there is none.
    ///
    /// - Throws: ``HTTPError`` 400 for anything else.
    func word(_ name: String, among words: [String]) throws -> String? {
        guard let word = self[name] else { return nil }
        guard words.contains(word) else {
            let hint = Suggestion.text(for: word, among: words, what: "values of \(name)")
            throw HTTPError(.badRequest, Suggestion.sentence("\(name) must not be \"\(word)\"", hint))
        }
        return word
    }

    /// A time, written as such or as the seconds that have passed since; `nil` when there is none.
    ///
    /// - Throws: ``HTTPError`` 400 for anything else.
    func time(_ name: String, now: Timestamp) throws -> Timestamp? {
        guard let text = self[name] else { return nil }
        if let seconds = Int64(text), (0...1_000_000_000).contains(seconds) {
            return now.advanced(by: .seconds(-seconds))
        }
        guard let time = Timestamp(rfc3339: text) else {
            throw HTTPError(
                .badRequest, "\(name) must be a number of seconds, or a time such as 2030-01-31T12:00:00Z.")
        }
        return time
    }
}
