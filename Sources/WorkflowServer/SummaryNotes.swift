import Synchronization
import WorkflowCore

/// What a process tells about itself when its application is ready.
final class SummaryNotes: Sendable {
    private let stored = Mutex<[SummaryLine]>([])

    /// The lines in the order in which they were added.
    var lines: [SummaryLine] { stored.withLock { $0 } }

    /// Adds a line.
    func add(_ topic: String, _ text: String) {
        stored.withLock { $0.append(SummaryLine(topic, text)) }
    }
}
