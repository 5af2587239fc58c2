#if NATS
/// The requests for messages that the server has not fulfilled.
struct PullLedger: Sendable {
    private struct Pull {
        let number: Int
        var missing: Int
    }

    private var pulls: [Pull] = []
    private var lastNumber = 0

    /// How many messages have been asked for and have not come.
    var outstanding: Int { pulls.reduce(0) { $0 + $1.missing } }

    /// Notes a request.
    ///
    /// - Returns: Its number.
    mutating func begin(_ count: Int) -> Int {
        lastNumber += 1
        pulls.append(Pull(number: lastNumber, missing: count))
        return lastNumber
    }

    /// Notes a message; the server fulfils the oldest request first.
    mutating func arrived() {
        guard !pulls.isEmpty else { return }
        pulls[0].missing -= 1
        if pulls[0].missing <= 0 { pulls.removeFirst() }
    }

    /// Notes that a request has ended without all its messages.
    mutating func ended(_ number: Int) {
        pulls.removeAll { $0.number == number }
    }

    /// Forgets all requests.
    mutating func removeAll() {
        pulls = []
    }
}
#endif
