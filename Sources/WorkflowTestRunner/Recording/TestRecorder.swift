import Synchronization
import WorkflowCore

/// Everything that an application has done since the beginning of a test.
final class TestRecorder: Sendable {
    /// A call of a component.
    struct Call: Sendable {
        let component: String
        let input: JSONValue
        let output: JSONValue?
        let error: String?

        var json: JSONValue {
            var document: JSONObject = ["component": .string(component), "input": input]
            if let output { document["output"] = output }
            if let error { document["error"] = .string(error) }
            return .object(document)
        }
    }

    /// A request to another host.
    struct Request: Sendable {
        let method: String
        let url: String
        let headers: JSONObject
        let body: JSONValue

        var json: JSONValue {
            ["method": .string(method), "url": .string(url), "headers": .object(headers), "body": body]
        }
    }

    private struct State {
        var calls: [Call] = []
        var requests: [Request] = []
        /// The requests that no mock has answered.
        var refused: [String] = []
        var events: [Message] = []
        var handled: [String: [Message]] = [:]
        var records: [TransitionRecord] = []
        var workflows: [String: String] = [:]
        var visits: Set<Visit> = []
    }

    /// A request that a route has answered.
    struct Visit: Hashable {
        let method: String
        let pattern: String
    }

    private let state = Mutex(State())

    var calls: [Call] { state.withLock { $0.calls } }
    var requests: [Request] { state.withLock { $0.requests } }
    var events: [Message] { state.withLock { $0.events } }
    /// The transitions of all instances in order.
    var records: [TransitionRecord] { state.withLock { $0.records } }

    /// The requests to other hosts that no mock has answered, each once.
    var refused: [String] { state.withLock { $0.refused } }

    func refuse(_ request: String) {
        state.withLock { if !$0.refused.contains(request) { $0.refused.append(request) } }
    }

    /// The requests that routes have answered.
    var visits: Set<Visit> { state.withLock { $0.visits } }

    func visit(method: String, pattern: String) {
        guard !pattern.isEmpty else { return }
        state.withLock { _ = $0.visits.insert(Visit(method: method, pattern: pattern)) }
    }

    func add(_ call: Call) { state.withLock { $0.calls.append(call) } }
    func add(_ request: Request) { state.withLock { $0.requests.append(request) } }

    /// The messages that a handler has taken, in order.
    func handled(by handler: String) -> [Message] { state.withLock { $0.handled[handler] ?? [] } }

    func add(_ message: Message, handledBy handler: String) {
        state.withLock { $0.handled[handler, default: []].append(message) }
    }

    /// The definition of an instance.
    func workflow(of instance: String) -> String? { state.withLock { $0.workflows[instance] } }

    /// Takes what was committed.
    func add(_ transaction: StoreTransaction) {
        state.withLock { state in
            for operation in transaction.operations {
                switch operation {
                case .createInstance(let instance): state.workflows[instance.id] = instance.workflowType
                case .appendHistory(let record): state.records.append(record)
                default: break
                }
            }
        }
    }
}

extension TestRecorder: MessageHandler {
    func handle(_ message: Message) async throws {
        state.withLock { state in
            // Delivered again after a reload, for instance.
            guard !state.events.contains(where: { $0.id == message.id && $0.topic == message.topic }) else { return }
            state.events.append(message)
        }
    }
}

/// Records the messages that one handler has taken.
struct HandlingRecorder: MessageHandler {
    let handler: String
    let recorder: TestRecorder

    func handle(_ message: Message) async throws {
        recorder.add(message, handledBy: handler)
    }
}
