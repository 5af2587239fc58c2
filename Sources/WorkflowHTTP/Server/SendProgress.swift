import NIOCore

/// Watches whether a client takes what it is sent, given how much was sent to it at points in time.
///
/// A client that takes next to nothing holds the response like one that takes nothing, so each stretch of time asks for
/// a least amount, or for everything that is there.
struct SendProgress {
    private var mark: (time: NIODeadline, taken: Int)?

    /// Looks at the state at one point in time.
    ///
    /// - Parameters:
    ///   - written: How many bytes were written altogether.
    ///   - unsent: How many of them the client has not taken.
    ///   - least: How many it has to take within `timeout`, unless it takes all.
    /// - Returns: Whether it has taken less.
    mutating func isStalled(
        written: Int, unsent: Int, least: Int, timeout: TimeAmount, now: NIODeadline
    ) -> Bool {
        guard unsent > 0 else {
            mark = nil
            return false
        }
        let taken = written - unsent
        guard let mark, taken - mark.taken < least else {
            mark = (now, taken)
            return false
        }
        return now - mark.time >= timeout
    }
}
