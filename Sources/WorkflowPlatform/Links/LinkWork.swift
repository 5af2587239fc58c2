import Synchronization
import WorkflowCore

/// Which links have something to deliver, and when; decisions only.
final class LinkWork: Sendable {
    /// How many events may wait on one link; then the source keeps them.
    static let capacity = 100_000

    private struct Lane {
        let link: WorkflowLink
        /// How many events wait.
        var waiting: Int
        /// When to look for due ones; `nil` when nothing waits.
        var due: Timestamp?
        var isBusy = false
    }

    private let lanes = Mutex<[ID<WorkflowLink>: Lane]>([:])
    /// Told whenever there may be something to do.
    let news = WakeUp()

    /// Takes a link in.
    ///
    /// - Parameters:
    ///   - waiting: How many events wait on it.
    ///   - due: When the first one is due.
    func open(_ link: WorkflowLink, waiting: Int, due: Timestamp?) {
        lanes.withLock { $0[link.id] = Lane(link: link, waiting: waiting, due: due) }
        news.signal()
    }

    /// Forgets a link.
    func close(_ link: ID<WorkflowLink>) {
        lanes.withLock { $0[link] = nil }
    }

    /// All links.
    var links: [WorkflowLink] { lanes.withLock { $0.values.map(\.link) } }

    /// How many events wait on all links.
    var waiting: Int { lanes.withLock { $0.values.reduce(0) { $0 + $1.waiting } } }

    /// Whether one more event may wait on a link.
    func hasRoom(on link: ID<WorkflowLink>) -> Bool {
        lanes.withLock { ($0[link]?.waiting ?? 0) < Self.capacity }
    }

    /// Takes note of events that came.
    func add(_ count: Int, to link: ID<WorkflowLink>, due: Timestamp) {
        lanes.withLock { lanes in
            guard var lane = lanes[link] else { return }
            lane.waiting += count
            lane.due = min(lane.due ?? due, due)
            lanes[link] = lane
        }
        news.signal()
    }

    /// Takes the links that have something due, each of which is busy until ``end(_:done:due:)``.
    ///
    /// - Parameter isReady: Whether a target can take something now.
    /// - Returns: The links, when the next one is due, and whether one waits for its target.
    func begin(
        at now: Timestamp, isReady: (ID<Workflow>) -> Bool
    ) -> (links: [WorkflowLink], next: Timestamp?, isWaitingForTarget: Bool) {
        lanes.withLock { lanes in
            var (links, isWaiting): ([WorkflowLink], Bool) = ([], false)
            var next: Timestamp?
            for (id, lane) in lanes where !lane.isBusy {
                guard let due = lane.due else { continue }
                if due > now {
                    next = min(next ?? due, due)
                } else if isReady(lane.link.target) {
                    lanes[id]?.isBusy = true
                    lanes[id]?.due = nil
                    links.append(lane.link)
                } else {
                    isWaiting = true
                }
            }
            return (links, next, isWaiting)
        }
    }

    /// Takes note of what became of a part of what was due.
    func settled(_ count: Int, on link: ID<WorkflowLink>) {
        lanes.withLock { lanes in
            guard var lane = lanes[link] else { return }
            lane.waiting = max(0, lane.waiting - count)
            lanes[link] = lane
        }
    }

    /// Takes note of how many events wait on a link.
    func recount(_ count: Int, on link: ID<WorkflowLink>) {
        lanes.withLock { $0[link]?.waiting = count }
    }

    /// Gives a link back.
    ///
    /// - Parameter due: When to look again; `nil` when nothing waits.
    func end(_ link: ID<WorkflowLink>, due: Timestamp?) {
        lanes.withLock { lanes in
            guard var lane = lanes[link] else { return }
            lane.isBusy = false
            // Something may have come meanwhile.
            if let due { lane.due = min(lane.due ?? due, due) }
            lanes[link] = lane
        }
        news.signal()
    }
}
