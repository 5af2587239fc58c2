import HTTPTypes
import WorkflowCore

/// How the management API answers requests about components.
enum ComponentAnswer {
    /// The answer about a component, with the tag of its script.
    static func make(
        _ document: JSONValue, _ report: ComponentReport, status: HTTPResponse.Status = .ok
    ) -> ServerResponse {
        var response = ServerResponse.json(document, status: status)
        if let digest = report.digest { response.headers[.eTag] = "\"\(digest)\"" }
        return response
    }

    /// Turns errors about components into answers.
    ///
    /// - Throws: ``HTTPError``.
    static func answering<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as ScriptRejection {
            throw HTTPError(
                .unprocessableContent, error.issues.first?.description ?? "The script is not acceptable.",
                details: ["issues": .array(error.issues.map { ComponentDocument.make($0) })])
        } catch let error as ScriptError {
            throw HTTPError(.serviceUnavailable, error.description)
        } catch let error as WorkflowError {
            throw HTTPError(status(of: error), error.message)
        } catch let error as StoreError where error.code == .conflict {
            throw HTTPError(.conflict, "Another process changed the component at the same time; look at it again.")
        } catch let error as StoreError where error.code == .storageFull {
            throw HTTPError(.init(code: 507), "The state store has no room left.")
        } catch is StoreError {
            throw HTTPError(.serviceUnavailable, "The state store is not available at the moment.")
        }
    }

    private static func status(of error: WorkflowError) -> HTTPResponse.Status {
        switch error.code {
        case .notFound: .notFound
        case .invalidInput: .badRequest
        case .limitExceeded: .contentTooLarge
        case .conflict: .conflict
        case .storageFull: .init(code: 507)
        case .unavailable: .serviceUnavailable
        default: .internalServerError
        }
    }
}
