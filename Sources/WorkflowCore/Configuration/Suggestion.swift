/// Finds what somebody may have meant.
package enum Suggestion {
    /// Returns the candidate that is closest to `word`, when one is close enough to be a likely slip.
    package static func closest(to word: String, among candidates: some Sequence<String>) -> String? {
        guard word.utf8.count <= 64 else { return nil }
        let lowered = word.lowercased()
        let limit = max(1, word.count / 3)
        var best: (candidate: String, distance: Int)?
        for candidate in candidates where abs(candidate.unicodeScalars.count - lowered.unicodeScalars.count) <= limit {
            let distance = distance(lowered, candidate.lowercased())
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.candidate
    }

    /// Returns "did you mean" or, without a close candidate, the list of what there is.
    package static func text(for word: String, among candidates: [String], what: String) -> String? {
        if let candidate = closest(to: word, among: candidates) { return "did you mean \"\(candidate)\"?" }
        guard !candidates.isEmpty, candidates.count <= 24 else { return nil }
        return "the \(what) are: \(candidates.joined(separator: ", "))"
    }

    /// Appends a hint to the statement of a problem.
    package static func sentence(_ problem: String, _ hint: String?) -> String {
        guard let hint else { return "\(problem)." }
        return "\(problem); \(hint)" + (hint.hasSuffix("?") ? "" : ".")
    }

    /// The number of insertions, deletions, substitutions and swaps of neighbours between two words
    /// (optimal string alignment distance).
    private static func distance(_ left: String, _ right: String) -> Int {
        let (a, b) = (Array(left.unicodeScalars), Array(right.unicodeScalars))
        if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
        var older: [Int] = []
        var previous = Array(0...b.count)
        for i in 1...a.count {
            var row = [i] + Array(repeating: 0, count: b.count)
            for j in 1...b.count {
                let cost = a[i - 1] == b[j - 1] ? 0 : 1
                row[j] = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + cost)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { row[j] = min(row[j], older[j - 2] + 1) }
            }
            older = previous
            previous = row
        }
        return previous[b.count]
    }
}
