/// When to look into the store for what a commit has left there whose answer was lost; decisions only.
///
/// Such a commit may take effect some time later, so the search goes on for a while.
struct LateCommits {
    /// After which time no commit takes effect any more; longer than the time-outs of statements.
    private static let span = Duration.seconds(60)
    private static let interval = Duration.seconds(5)
    private static let firstDelay = Duration.seconds(1)

    /// When to look next; `nil` when no answer has been lost.
    private(set) var due: Timestamp?
    private var end: Timestamp?

    /// An answer was lost.
    mutating func expect(now: Timestamp) {
        end = now.advanced(by: Self.span)
        let first = now.advanced(by: Self.firstDelay)
        due = due.map { min($0, first) } ?? first
    }

    /// - Returns: Whether it is time to look.
    mutating func begin(now: Timestamp) -> Bool {
        guard let due, due <= now, let end else { return false }
        self.due = now < end ? min(now.advanced(by: Self.interval), end) : nil
        return true
    }
}
