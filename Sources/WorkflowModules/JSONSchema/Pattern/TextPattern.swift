/// A regular expression as JSON Schema uses them: ECMA-262 with the flag `u`, matched anywhere in a text.
///
/// It is matched without backtracking, so no text makes it take exponential time, as the usual engines allow. In return
/// there are no back references.
struct TextPattern: Sendable, Hashable {
    /// The pattern.
    let text: String
    private let program: PatternProgram

    /// Reads a pattern.
    init(_ text: String) throws(PatternSyntaxError) {
        var parser = try PatternParser(text)
        var room = PatternProgram.longestProgram
        self.text = text
        program = try PatternProgram(try parser.parse(), room: &room)
    }

    /// Whether the pattern matches somewhere in a text.
    ///
    /// - Parameters:
    ///   - subject: The text.
    ///   - budget: How many steps may still be made; counts down. The answer is meaningless when it gets negative.
    func matches(_ subject: String, budget: inout Int) -> Bool {
        var subject = subject
        return subject.withUTF8 { bytes in
            var matcher = PatternMatcher(bytes, budget: budget)
            let isMatch = matcher.search(program)
            budget = matcher.budget
            return isMatch
        }
    }

    static func == (left: TextPattern, right: TextPattern) -> Bool { left.text == right.text }

    func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
