import HTTPTypes
import WorkflowCore

/// The requests of the management API that look through the instances of state machines.
struct InstanceAPI: Sendable {
    private static let largestHistory = 1000

    let application: ManagedApplication

    /// `GET /api/workflow/instances/{machine}/{id}?history=&data=`: an instance, and what may happen to it next.
    func show(_ request: ServerRequest) async throws -> ServerResponse {
        let parameters = try QueryParameters(request, "history", "data")
        let withHistory = try parameters.flag("history") ?? false
        let withData = try parameters.flag("data") ?? false
        let generation = try generation()
        let instance = try await instance(request, generation)
        var document = InstanceDocument.make(instance)
        document["transitions"] = .array(
            Self.possible(for: instance, Self.engine(for: instance, generation)).map { .string($0) })
        if withData { document["data"] = .object(SecretRedactor.redact(instance.data)) }
        if withHistory {
            let records = try await Self.answering {
                try await generation.store.history(instanceID: instance.id, limit: Self.largestHistory + 1)
            }
            document["history"] = .array(
                records.prefix(Self.largestHistory).map { record in
                    InstanceDocument.make(record, withData: withData)
                })
            if records.count > Self.largestHistory { document["historyIsCut"] = true }
        }
        var response = ServerResponse.json(.object(document))
        response.headers[.eTag] = InstanceDocument.tag(instance)
        return response
    }

    // MARK: - For all requests about instances

    func generation() throws -> GenerationContext {
        guard let generation = application.engine.runningGeneration else {
            throw HTTPError(.serviceUnavailable, "The engine is not running.")
        }
        return generation
    }

    /// The instance that the path of a request names.
    ///
    /// - Throws: ``HTTPError`` 404.
    func instance(_ request: ServerRequest, _ generation: GenerationContext) async throws -> StateMachineInstance {
        let (machine, id) = (request.parameters["machine"] ?? "", request.parameters["id"] ?? "")
        let instance = try await Self.answering { try await generation.store.instance(id: id) }
        guard let instance, instance.workflowType == machine else {
            throw HTTPError(.notFound, "There is no instance \"\(id)\" of the state machine \"\(machine)\".")
        }
        return instance
    }

    /// The engine that makes the transitions of an instance; `nil` when the running configuration has none.
    static func engine(for instance: StateMachineInstance, _ generation: GenerationContext) -> StateMachineEngine? {
        generation.services.all(StateMachineEngine.self).map(\.service)
            .first { $0.definition(instance.workflowType) != nil }
    }

    /// The transitions that leave the state of an instance, by name; their conditions may not hold.
    static func possible(for instance: StateMachineInstance, _ engine: StateMachineEngine?) -> [String] {
        engine?.definition(instance.workflowType)?.transitions(from: instance.currentState).sorted() ?? []
    }

    /// Turns errors of the store into answers.
    ///
    /// - Throws: ``HTTPError``.
    static func answering<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as StoreError where error.code == .storageFull {
            throw HTTPError(.init(code: 507), "The state store has no room left.")
        } catch is StoreError {
            throw HTTPError(.serviceUnavailable, "The state store is not available at the moment.")
        }
    }
}
