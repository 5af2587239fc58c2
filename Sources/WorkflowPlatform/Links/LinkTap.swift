import Synchronization
import WorkflowCore

/// Hears of the events of one workflow, and puts those on record that its links are about.
///
/// To the engine it is a broker: its events are committed with what they tell of, leave the store of the workflow when
/// they are on record here, and wait there otherwise. Without links all of this costs one look at a flag.
final class LinkTap: MessageBroker {
    /// How many types of events are remembered with their links; the memory is emptied when there are more.
    private static let rememberedTypes = 1024

    private struct State {
        var links: [WorkflowLink] = []
        var remembered: [String: [WorkflowLink]] = [:]
    }

    private let state: Mutex<State>
    private let hasLinks: Atomic<Bool>
    private let inbox: LinkInbox

    init(_ links: [WorkflowLink], inbox: LinkInbox) {
        state = Mutex(State(links: links))
        hasLinks = Atomic(!links.isEmpty)
        self.inbox = inbox
    }

    /// The links from now on.
    func use(_ links: [WorkflowLink]) {
        state.withLock { $0 = State(links: links) }
        hasLinks.store(!links.isEmpty, ordering: .releasing)
    }

    func hasSubscribers(for topic: String) -> Bool {
        hasLinks.load(ordering: .acquiring) && !links(for: topic).isEmpty
    }

    private func links(for type: String) -> [WorkflowLink] {
        state.withLock { state in
            if let known = state.remembered[type] { return known }
            let found = state.links.filter { $0.pattern.matches(type) }
            if state.remembered.count >= Self.rememberedTypes { state.remembered.removeAll(keepingCapacity: true) }
            state.remembered[type] = found
            return found
        }
    }

    func publish(_ message: Message, settled: @escaping @Sendable () -> Void) async throws {
        try inbox.take(message, for: links(for: message.topic), settled: settled)
    }

    func subscribe(
        to pattern: TopicPattern, name: String, handler: any MessageHandler
    ) async throws -> any Subscription {
        throw WorkflowError(.invalidInput, "Nobody can subscribe to what hears of the events of a workflow.")
    }

    func checkHealth() async throws {}
}
