/// A part of a regular expression.
indirect enum PatternNode: Sendable {
    /// A condition on a place in the text.
    enum Condition: Sendable {
        case start, end, wordBoundary, noWordBoundary
    }

    /// Matches nothing and goes on.
    case empty
    /// One scalar of a set.
    case scalar(ScalarSet)
    /// One after the other.
    case sequence([PatternNode])
    /// One of several.
    case choice([PatternNode])
    /// The same several times; without `most` as often as wanted.
    case repetition(PatternNode, least: Int, most: Int?)
    /// A condition on the place.
    case condition(Condition)
    /// What must or must not follow, or come before.
    case look(PatternNode, isAhead: Bool, isNegated: Bool)

    /// Whether a match can only begin at the start of the text.
    var isAnchored: Bool {
        switch self {
        case .condition(.start): true
        case .sequence(let parts): parts.first?.isAnchored ?? false
        case .choice(let parts): !parts.isEmpty && parts.allSatisfy(\.isAnchored)
        default: false
        }
    }
}
