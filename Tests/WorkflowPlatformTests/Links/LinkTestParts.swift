import HTTPTypes
import Synchronization
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

/// Remembers the messages of deployed workflows, by names that tests choose.
enum RecordedMessages {
    private static let recorders = Mutex<[String: MessageRecorder]>([:])

    static func recorder(_ name: String) -> MessageRecorder {
        recorders.withLock { recorders in
            if let recorder = recorders[name] { return recorder }
            let recorder = MessageRecorder()
            recorders[name] = recorder
            return recorder
        }
    }
}

/// Remembers messages, under the name in its configuration.
struct RecordingHandler: WorkflowModule, MessageHandler {
    struct Configuration: ConfigurationObject {
        var name = ""

        static let fields: [ConfigurationField<Self>] = [.init("name", \.name, "The name.")]
    }

    static let descriptor = ModuleDescriptor(
        type: "test.recorder", summary: "Remembers messages.", provides: [.messageHandler])

    private let name: String

    init(configuration: Configuration, context: ModuleContext) {
        name = configuration.name
    }

    func handle(_ message: Message) async throws {
        try await RecordedMessages.recorder(name).handle(message)
    }
}

/// A workflow with a broker that remembers what is published on a topic.
func listening(_ name: String, to topic: String) -> String {
    """
    modules:
      - {name: events, type: messaging.broker}
      - {name: recorder, type: test.recorder, config: {name: "\(name)"}}
    workflows:
      messaging:
        subscriptions:
          - {topic: "\(topic)", handler: recorder}
    """
}

/// A workflow with a state machine and no broker.
let orders = """
    modules:
      - {name: machine, type: statemachine.engine}
    workflows:
    \(orderMachine)
    """

private let orderMachine = """
      statemachine:
        engine: machine
        definitions:
          - name: order
            initialState: new
            states: {new: {}, paid: {}, sent: {isFinal: true}}
            transitions:
              pay: {fromState: new, toState: paid}
              send: {fromState: paid, toState: sent}
    """

/// Two or more workflows of a tenant that are linked.
struct LinkFixture {
    let test: TestPlatform
    let tenant: TestTenant

    /// Makes a workflow and deploys it.
    func workflow(_ name: String, _ configuration: String, isDeployed: Bool = true) async throws -> TestWorkflow {
        let workflow = try await TestWorkflow.make(configuration, name: name, tenant, test)
        if isDeployed {
            let answer = try await workflow.deploy()
            guard answer.status == 200 else { throw WorkflowError(.invalidInput, answer.text) }
        }
        return workflow
    }

    /// Links two workflows.
    ///
    /// - Returns: The identifier of the link.
    @discardableResult
    func link(
        _ source: TestWorkflow, _ target: TestWorkflow, _ pattern: String, _ config: JSONValue = [:]
    ) async throws -> String {
        let answer = try await source.send(
            .post, "/links", as: .editor,
            ["target_workflow_id": .string(target.id.text), "link_type": .string(pattern), "config": config])
        guard answer.status == 201 else { throw WorkflowError(.invalidInput, answer.text) }
        return try answer.data["id"]?.stringValue ?? ""
    }

    /// Publishes a message in a workflow.
    func publish(_ topic: String, _ payload: JSONObject, in workflow: TestWorkflow) async throws {
        _ = try await test.engines.invoke(
            workflow.id, "messaging", action: topic, data: ["message": .object(payload), "id": "all"])
    }

    /// How many events of links have had an outcome.
    func count(_ outcome: String) -> Int {
        let text = String(decoding: test.services.workflows.links.registry.render(), as: UTF8.self)
        let prefix = "workflow_platform_link_events_total{outcome=\"\(outcome)\"} "
        let line = text.split(separator: "\n").first { $0.hasPrefix(prefix) }
        return line.flatMap { Double($0.dropFirst(prefix.count)) }.map(Int.init) ?? 0
    }

    /// Lets time go on, a second at a time, until a condition holds.
    func passing(_ condition: @Sendable () async throws -> Bool) async throws {
        try await until {
            if try await condition() { return true }
            test.clock.advance(by: .seconds(1))
            return false
        }
    }

    static func with(
        _ database: TestDatabase = TestDatabase.allCases[0], _ body: (LinkFixture) async throws -> Void
    ) async throws {
        try await TestPlatform.withTenant(database) { test, tenant in
            try await body(LinkFixture(test: test, tenant: tenant))
        }
    }
}

extension TestTenant {
    /// Puts a link from the workflow to another one, with an event that was not taken, into the database.
    func addLink(_ test: TestPlatform) async throws -> (link: String, event: String, target: String) {
        let (services, now) = (test.services, test.clock.now)
        let other = try await TestWorkflow.make(nil, name: "Other \(services.newID(Workflow.self))", self, test)
        guard let pattern = EventTypePattern("order.*"), let settings = LinkSettings([:]) else {
            throw WorkflowError(.invalidInput, "no pattern")
        }
        let link = WorkflowLink(
            id: services.newID(), company: company, source: workflow, target: other.id, pattern: pattern,
            settings: settings, createdBy: id(.owner), createdAt: now)
        let event = LinkDelivery(
            id: AuditHash.hexadecimal(Array(repeating: 7, count: 16)) + String(link.id.text.filter { $0 != "-" }),
            link: link.id, position: services.identifiers.next(), type: "order.paid", data: [:], key: "", hops: 1,
            trace: "", attempts: 12, dueAt: now, lastError: "It was not there.", isDead: true, createdAt: now)
        try await services.database.write { connection in
            try LinkTable.insert(link, connection)
            _ = try LinkDeliveryTable.insert([event], connection)
            try LinkDeliveryTable.settle(done: [], failed: [event], connection)
        }
        services.workflows.links.add(link)
        return (link.id.text, event.id, other.id.text)
    }

    /// The same with tokens that work now.
    func renewed(_ test: TestPlatform) async throws -> TestTenant {
        var people = people
        for (role, person) in people {
            let token = try await test.services.accessTokens.make(
                user: person.id, session: person.session, now: test.clock.now)
            people[role] = Person(id: person.id, email: person.email, session: person.session, token: token)
        }
        return TestTenant(
            company: company, organization: organization, project: project, elsewhere: elsewhere,
            workflow: workflow, execution: execution, people: people, outsider: outsider)
    }
}

/// What no request runs of the statements for links.
enum LinkStatements {
    static func run(_ test: TestPlatform) async throws {
        let now = test.clock.now
        try await test.services.database.write { connection in
            let id: ID<WorkflowLink> = test.services.newID()
            let delivery = LinkDelivery(
                id: "x", link: id, position: "1", type: "a", data: .null, key: "", hops: 1, trace: "", attempts: 1,
                dueAt: now, lastError: "", isDead: false, createdAt: now)
            _ = try LinkTable.list(after: "", limit: 1, connection)
            _ = try LinkDeliveryTable.insert([delivery], connection)
            _ = try LinkDeliveryTable.due(on: id, at: now, limit: 1, connection)
            _ = try LinkDeliveryTable.nextDue(on: id, connection)
            _ = try LinkDeliveryTable.pending(on: id, connection)
            try LinkDeliveryTable.settle(done: ["y"], failed: [delivery], connection)
        }
    }
}
