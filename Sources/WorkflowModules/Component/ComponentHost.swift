import Logging
import Synchronization
import WorkflowCore

/// Answers what a script asks of the engine, as far as its component is granted it.
final class ComponentHost: ScriptHost {
    private static let keyLength = 512

    let name: String
    private let grants: ComponentGrants
    private let limits: ScriptLimits
    private let generation: GenerationContext
    private let scriptLog: ScriptLog
    private let currentTransport = Mutex<(any FetchTransport)?>(nil)

    init(
        name: String, grants: ComponentGrants, limits: ScriptLimits, generation: GenerationContext, logger: Logger
    ) {
        self.name = name
        self.grants = grants
        self.limits = limits
        self.generation = generation
        scriptLog = ScriptLog(logger: logger)
    }

    /// Sends the requests of `fetch`; there is one while the component is active and has hosts.
    var transport: (any FetchTransport)? {
        get { currentTransport.withLock { $0 } }
        set { currentTransport.withLock { $0 = newValue } }
    }

    var logLevel: String { scriptLog.level }

    func log(level: String, message: String, metadata: JSONObject) {
        scriptLog.write(level: level, message: message, metadata: metadata)
    }

    func call(_ function: String, arguments: [JSONValue]) async throws -> JSONValue {
        let arguments = HostArguments(function: function, values: arguments)
        switch function {
        case "resource.get": return try await resource(arguments)
        case "publish": return try await publish(arguments)
        case "kv.get", "kv.set", "kv.delete": return try await value(arguments)
        case "transition": return try await transition(arguments)
        case "fetch": return try await fetch(arguments)
        default:
            let known = ["fetch", "kv.delete", "kv.get", "kv.set", "publish", "resource.get", "transition"]
            let hint = Suggestion.text(for: function, among: known, what: "functions")
            throw WorkflowError(
                .notFound, Suggestion.sentence("There is no function \"\(function)\"", hint))
        }
    }

    private func forbidden(_ what: String, _ key: String) -> WorkflowError {
        WorkflowError(.forbidden, "The component \"\(name)\" may not \(what); grant it with its key allow.\(key).")
    }

    private func resource(_ arguments: HostArguments) async throws -> JSONValue {
        let (type, id) = (try arguments.text(0, "the resource type"), try arguments.text(1, "the identifier"))
        guard grants.mayRead(resourcesOf: type) else {
            throw forbidden("read resources of type \"\(type)\"", "resources")
        }
        guard let found = try await generation.store.resource(type: type, id: id) else { return .null }
        let data = found.instance.map { found.resource.data.merging($0.data) } ?? found.resource.data
        return [
            "id": .string(id), "type": .string(type),
            "state": .string(found.instance?.currentState ?? found.resource.state), "data": .object(data),
        ]
    }

    private func publish(_ arguments: HostArguments) async throws -> JSONValue {
        let topic = try arguments.text(0, "the topic")
        if let problem = TopicPattern.problem(topic, isLiteral: true) { throw WorkflowError(.invalidInput, problem) }
        guard grants.mayPublish(to: topic) else { throw forbidden("publish to \"\(topic)\"", "publish") }
        let payload = arguments.value(1)
        let key = payload["instanceId"]?.stringValue ?? payload["id"]?.stringValue ?? ""
        try await EventPublisher(generation: generation).publish(to: topic, payload, key: key)
        return .null
    }

    private func value(_ arguments: HostArguments) async throws -> JSONValue {
        guard grants.hasValues else { throw forbidden("keep values", "kv") }
        let (namespace, now) = ("component:\(name)", generation.environment.clock.now)
        let key = try arguments.text(0, "the key")
        guard key.utf8.count <= Self.keyLength else {
            throw WorkflowError(.invalidInput, "kv: a key may have \(Self.keyLength) bytes.")
        }
        switch arguments.function {
        case "kv.get":
            return try await generation.store.value(namespace: namespace, key: key, now: now) ?? .null
        case "kv.set":
            let value = arguments.value(1)
            guard value.jsonBytes().count <= limits.outputSize else {
                throw WorkflowError(.limitExceeded, "kv: the value is larger than \(limits.outputSize) bytes.")
            }
            let expiry = try arguments.timeToLive(2).map { now.advanced(by: $0) }
            try await generation.store.commit(
                StoreTransaction([.setValue(namespace: namespace, key: key, value: value, expiresAt: expiry)]))
        default:
            try await generation.store.commit(StoreTransaction([.removeValue(namespace: namespace, key: key)]))
        }
        return .null
    }

    private func transition(_ arguments: HostArguments) async throws -> JSONValue {
        guard !grants.transitions.isEmpty else { throw forbidden("make transitions", "transitions") }
        let (id, action) = (try arguments.text(0, "the instance"), try arguments.text(1, "the transition"))
        guard let instance = try await generation.store.instance(id: id) else {
            throw WorkflowError(.notFound, "There is no state-machine instance \"\(id)\".")
        }
        guard grants.mayMove(instancesOf: instance.workflowType) else {
            throw forbidden("make transitions of \"\(instance.workflowType)\"", "transitions")
        }
        var data = arguments.value(2).objectValue ?? [:]
        data["instanceId"] = .string(id)
        return try await generation.invoker.invoke(
            WorkflowCall(workflow: instance.workflowType, action: action, data: data, trigger: .component))
    }

    private func fetch(_ arguments: HostArguments) async throws -> JSONValue {
        guard !grants.hosts.isEmpty else { throw forbidden("fetch anything", "http") }
        guard let transport else {
            throw WorkflowError(.unavailable, "fetch: the component \"\(name)\" is not active.")
        }
        let fetch = ComponentFetch(
            component: name, rules: grants.hosts, limits: limits, transport: transport,
            traces: generation.environment.traces)
        return try await fetch(try arguments.text(0, "the URL"), arguments.value(1))
    }
}
