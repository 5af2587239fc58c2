import Foundation
import NIOHTTP1
import Synchronization
import Testing
import WorkflowCore

#if SQLite && JavaScript
import WorkflowStore
import WorkflowStoreSQLite
#endif

@Suite("Reloads under load", .serialized)
struct ReloadLoadTests {
    @Test("20 changes fail no request on keep-alive and on new connections, and none comes from a mixture")
    func requests() async throws {
        try await withTemporaryFolder { folder in
            let text = { (round: Int) in
                ReloadText.hello("text/n\(round)", modules: ["{name: shared, type: messaging.broker}"])
            }
            let fixture = try await ReloadFixture(text(0), in: folder)
            let load = Load(fixture.client)
            try await load.run {
                for round in 1...20 {
                    let answer = try await fixture.put(text(round))
                    #expect(answer.json?["status"] == "reloaded", "\(answer.json?["reason"] ?? .null)")
                    // What is asked for after the answer is answered by the new configuration.
                    #expect(try await fixture.contentType() == "text/n\(round)")
                    try await load.more(50)
                }
            }
            #expect(load.failures == [])
            #expect(load.answered >= 1000)
            try await fixture.stop()
        }
    }

    #if SQLite && JavaScript
    @Test("orders that are accepted meanwhile are all finished, each step once")
    func work() async throws {
        try await withTemporaryFolder { folder in
            try ReloadFixture.save(ReloadWork.script(0), to: "\(folder)/step.js")
            let fixture = try await ReloadFixture(ReloadWork.text(0), in: folder)
            let load = Load(fixture.client, clients: 4) { client, _ in
                let answer = try await client.send("POST", "/orders", json: [:])
                return answer.status == 201 ? answer.json?["id"]?.stringValue : nil
            }
            try await load.run {
                for round in 1...6 {
                    #expect(try await fixture.put(ReloadWork.text(round)).json?["status"] == "reloaded")
                    try await load.more(5)
                    // The files are the same, but not what the script in one of them says.
                    try fixture.save(ReloadWork.script(round), as: "step.js")
                    #expect(try await fixture.reload().json?["status"] == "reloaded")
                    try await load.more(5)
                }
            }
            #expect(load.failures == [])
            let accepted = load.results
            #expect(accepted.count >= 60)
            for id in accepted {
                try await eventually(within: .seconds(20), "order \(id) is done") {
                    try await fixture.client.state(of: id, in: "/orders") == "done"
                }
            }
            try await fixture.stop()
            try await ReloadWork.expectOnce(accepted, folder)
        }
    }
    #endif
}

/// Clients that make one request after another.
private final class Load: Sendable {
    private struct State {
        var isRunning = true
        var results: [String] = []
        var failures: [String] = []
    }

    private let client: TestClient
    private let clients: Int
    private let request: @Sendable (TestClient, Int) async throws -> String?
    private let state = Mutex(State())

    var results: [String] { state.withLock { $0.results } }
    var answered: Int { results.count }
    var failures: [String] { state.withLock { $0.failures } }

    /// Makes requests that answer something, or `nil` when they fail.
    init(
        _ client: TestClient, clients: Int, _ request: @escaping @Sendable (TestClient, Int) async throws -> String?
    ) {
        self.client = client
        self.clients = clients
        self.request = request
    }

    /// Asks for `/hello`, half of the clients on connections that are kept and half on those that end with the answer.
    convenience init(_ client: TestClient) {
        self.init(client, clients: 8) { client, number in
            let headers = number.isMultiple(of: 2) ? [:] : ["connection": "close"]
            let answer = try await client.send("GET", "/hello", headers: headers)
            return answer.status == 200 ? answer.headers.first(name: "content-type") : nil
        }
    }

    /// Keeps the clients busy while `body` runs.
    func run(_ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<clients { group.addTask { await self.loop(number) } }
            defer { state.withLock { $0.isRunning = false } }
            try await body()
        }
    }

    /// Waits until so many more requests were answered.
    func more(_ count: Int) async throws {
        let goal = answered + count
        try await eventually(within: .seconds(20), "\(count) more answers") { answered >= goal || !failures.isEmpty }
    }

    private func loop(_ number: Int) async {
        while state.withLock({ $0.isRunning }) {
            do {
                let result = try await request(client, number)
                state.withLock { state in
                    if let result { state.results.append(result) } else { state.failures.append("a wrong answer") }
                }
            } catch {
                state.withLock { $0.failures.append("\(error)") }
            }
        }
    }
}

#if SQLite && JavaScript
/// Orders that two steps with a script take to their end.
private enum ReloadWork {
    /// Takes long enough that reloads find it at work.
    static func script(_ round: Int) -> String {
        """
        module.exports = {
          name: "step",
          async execute(input) { await workflow.sleep(50); return { round: \(round) }; },
        };

        """
    }

    static func text(_ round: Int) -> String {
        ReloadText.hello(
            "text/n\(round)",
            modules: [
                "{name: orders, type: api.handler, config: {resourceName: orders, workflowType: order}}",
                "{name: engine, type: statemachine.engine}",
                "{name: script, type: dynamic.component, config: {source: step.js, config: {round: \(round)}}}",
                step("first", "pack"), step("second", "send"),
            ]
        ).replacing(
            "handler: hello}]",
            with: """
                handler: hello}, {method: "*", path: /orders, handler: orders},
                      {method: GET, path: "/orders/{id}", handler: orders}]
                  statemachine:
                    definitions:
                      - name: order
                        initialState: new
                        states: {new: {}, packing: {}, sending: {}, done: {isFinal: true}, lost: {isFinal: true}}
                        transitions:
                          start: {fromState: new, toState: packing}
                          pack: {fromState: packing, toState: sending}
                          send: {fromState: sending, toState: done}
                          lose: {fromState: packing, toState: lost}
                    hooks:
                      - {workflowType: order, toStates: [packing], handler: first}
                      - {workflowType: order, toStates: [sending], handler: second}
                triggers:
                  http:
                    routes: [{method: POST, path: /orders, workflow: order, action: start}]
                """)
    }

    private static func step(_ name: String, _ transition: String) -> String {
        "{name: \(name), type: processing.step, config: {componentId: script, successTransition: \(transition), "
            + "compensateTransition: lose}}"
    }

    static func expectOnce(_ ids: [String], _ folder: String) async throws {
        let store = try await SQLStateStore.sqlite(.init(path: "\(folder)/.workflow/state.sqlite"))
        for id in ids {
            let snapshot = try #require(try await store.resource(type: "orders", id: id))
            let instance = try #require(snapshot.instance)
            let history = try await store.history(instanceID: instance.id, limit: 100)
            #expect(history.map(\.transition) == ["", "start", "pack", "send"])
        }
        #expect(try await store.nextWorkDue() == nil)
        await store.close()
    }
}
#endif
