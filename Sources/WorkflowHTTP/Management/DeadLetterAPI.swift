import HTTPTypes
import WorkflowCore

/// The requests of the management API that concern messages which could not be handled.
struct DeadLetterAPI: Sendable {
    private static let largestLimit = 1000

    let application: ManagedApplication

    /// `GET /api/workflow/dead-letters?broker=&limit=`: the dead letters of a broker, or of all.
    func list(_ request: ServerRequest) async throws -> ServerResponse {
        var limit = 100
        if let text = request.queryValue("limit") {
            guard let number = Int(text), (1...Self.largestLimit).contains(number) else {
                throw HTTPError(.badRequest, "limit must be a number from 1 to \(Self.largestLimit).")
            }
            limit = number
        }
        var list: [JSONValue] = []
        for (name, keeper) in try keepers(request.queryValue("broker")) where list.count < limit {
            for letter in try await answering({ try await keeper.deadLetters(limit: limit - list.count) }) {
                var document = letter.json.objectValue ?? [:]
                document["broker"] = .string(name)
                list.append(.object(document))
            }
        }
        return .json(["deadLetters": .array(list)])
    }

    /// `POST /api/workflow/dead-letters/{broker}/{id}/redrive`: delivers a dead letter again.
    func redrive(_ request: ServerRequest) async throws -> ServerResponse {
        let (keeper, id) = try target(request)
        try await answering { try await keeper.redriveDeadLetter(id: id) }
        return .json(["status": "delivering", "id": .string(id)], status: .accepted)
    }

    /// `DELETE /api/workflow/dead-letters/{broker}/{id}`: forgets a dead letter.
    func discard(_ request: ServerRequest) async throws -> ServerResponse {
        let (keeper, id) = try target(request)
        guard try await answering({ try await keeper.discardDeadLetter(id: id) }) else {
            throw HTTPError(.notFound, "There is no dead letter \"\(id)\".")
        }
        return ServerResponse(status: .noContent)
    }

    private func target(_ request: ServerRequest) throws -> (keeper: any DeadLetterKeeping, id: String) {
        let keepers = try keepers(request.parameters["broker"])
        guard let keeper = keepers.first?.keeper, let id = request.parameters["id"] else {
            throw HTTPError(.notFound, "There is no such dead letter.")
        }
        return (keeper, id)
    }

    private func keepers(_ broker: String?) throws -> [(name: String, keeper: any DeadLetterKeeping)] {
        guard let generation = application.engine.runningGeneration else {
            throw HTTPError(.serviceUnavailable, "The engine is not running.")
        }
        let all = generation.brokers.compactMap { name, broker in
            (broker as? any DeadLetterKeeping).map { (name, $0) }
        }
        guard let broker else { return all }
        guard let keeper = all.first(where: { $0.0 == broker }) else {
            throw HTTPError(.notFound, "There is no broker \"\(broker)\" that keeps dead letters.")
        }
        return [keeper]
    }

    private func answering<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as WorkflowError where error.code == .notFound {
            throw HTTPError(.notFound, error.message)
        } catch let error as WorkflowError where error.code == .conflict {
            throw HTTPError(.conflict, error.message)
        } catch is StoreError {
            throw HTTPError(.serviceUnavailable, "The state store is not available at the moment.")
        }
    }
}
