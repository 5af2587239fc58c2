import HTTPTypes
import WorkflowCore

/// The requests of the management API that show and change the configuration.
struct ConfigurationAPI: Sendable {
    let application: ManagedApplication
    let maxBodyBytes: Int

    /// `GET /api/workflow/config`: the configuration that runs, as JSON without secrets; or, for those that accept YAML
    /// and not JSON, what stands in its file.
    func show(_ request: ServerRequest) throws -> ServerResponse {
        let tag = "\"\(application.engine.configurationHash)\""
        let accepted = request.headers[.accept]?.lowercased() ?? ""
        var response: ServerResponse
        if accepted.contains("yaml"), !accepted.contains("json") {
            let texts = try manager().texts
            guard let only = texts.first, texts.count == 1 else {
                throw HTTPError(
                    .notAcceptable, "The configuration is made of several files; ask for application/json.")
            }
            response = ServerResponse(
                headers: [.contentType: "application/yaml"], body: .bytes(Array(only.content.utf8)))
        } else {
            response = .json(
                ConfigurationRedactor(registry: application.registry).redact(application.engine.configuration))
        }
        response.headers[.eTag] = tag
        return response
    }

    /// `PUT /api/workflow/config`: changes to the configuration of the body.
    func replace(_ request: ServerRequest) async throws -> ServerResponse {
        let manager = try manager()
        let expected = try Self.expectedHash(request)
        let options = try Self.options(force: request.queryValue("force"), mapping: request.queryValue("mapping"))
        let text = try await text(of: request)
        return try await answer { try await manager.replace(with: text, expecting: expected, options: options) }
    }

    /// `POST /api/workflow/plan`: what the configuration of the body, or of the files when there is none, would change;
    /// with `?version=N` or `?version=previous`, what going back to an earlier one would change.
    func plan(_ request: ServerRequest) async throws -> ServerResponse {
        let manager = try manager()
        let text = try await text(of: request)
        do {
            guard let version = request.queryValue("version") else {
                return .json(try await manager.plan(text.isEmpty ? nil : text).json)
            }
            let number = Int(version)
            guard text.isEmpty, version == "previous" || number ?? 0 > 0 else {
                throw HTTPError(
                    .badRequest, "version must be a number of the history, or previous, and goes without a body.")
            }
            let (plan, target) = try await manager.rollbackPlan(to: number)
            var document = plan.json.objectValue ?? [:]
            document["version"] = .integer(Int64(target))
            return .json(.object(document))
        } catch let error as ConfigurationError {
            return .json(
                ["error": "The configuration is not valid.", "issues": IssueDocument.list(error.issues)],
                status: .unprocessableContent)
        } catch let error as WorkflowError {
            throw Self.httpError(error)
        }
    }

    /// `POST /api/workflow/reload`: reads the files again and changes to what stands there.
    func reload(_ request: ServerRequest) async throws -> ServerResponse {
        let manager = try manager()
        let options = try await bodyOptions(of: request)
        return try await answer { try await manager.reload(.reload, options: options) }
    }

    /// `GET /api/workflow/history`: the configurations that were accepted, the newest first.
    func history(_ request: ServerRequest) async throws -> ServerResponse {
        guard let history = try manager().history else { return .json(["versions": []]) }
        do {
            return .json(["versions": .array(try await history.versions().map(Self.document))])
        } catch let error as WorkflowError {
            throw Self.httpError(error)
        }
    }

    /// `POST /api/workflow/rollback`: changes back to an earlier configuration.
    func rollBack(_ request: ServerRequest) async throws -> ServerResponse {
        let manager = try manager()
        let expected = try Self.expectedHash(request)
        let body = try await object(of: request)
        let options = try Self.options(body)
        var number: Int?
        if let version = body["version"], version != .null {
            guard let value = version.intValue, value > 0 else {
                throw HTTPError(.badRequest, "version must be a number of the history.")
            }
            number = value
        }
        return try await answer { try await manager.rollBack(to: number, expecting: expected, options: options) }
    }

    // MARK: - Requests

    private func manager() throws -> ConfigurationManager {
        guard let manager = application.manager else {
            throw HTTPError(.notImplemented, "This program does not keep its configuration in files.")
        }
        return manager
    }

    private func text(of request: ServerRequest) async throws -> String {
        guard let text = String(validating: try await request.body.collect(upTo: maxBodyBytes), as: UTF8.self) else {
            throw HTTPError(.badRequest, "The configuration is not UTF-8 text.")
        }
        return text
    }

    private func object(of request: ServerRequest) async throws -> JSONObject {
        let bytes = try await request.body.collect(upTo: maxBodyBytes)
        guard !bytes.isEmpty else { return [:] }
        do {
            guard let object = try JSONValue(parsing: bytes).objectValue else {
                throw HTTPError(.badRequest, "The body must be a JSON object.")
            }
            return object
        } catch let error as JSONParsingError {
            throw HTTPError(.badRequest, "The body is not JSON: \(error)")
        }
    }

    private func bodyOptions(of request: ServerRequest) async throws -> ReloadOptions {
        try Self.options(try await object(of: request))
    }

    private static func options(_ body: JSONObject) throws -> ReloadOptions {
        if let unknown = body.first(where: { !["force", "mapping", "version"].contains($0.key) })?.key {
            throw HTTPError(.badRequest, "There is no option \"\(unknown)\"; there are force, mapping and version.")
        }
        var options = ReloadOptions()
        if let force = body["force"], force != .null {
            guard let value = force.boolValue else { throw HTTPError(.badRequest, "force must be true or false.") }
            options.isForced = value
        }
        if let mapping = body["mapping"], mapping != .null {
            do {
                options.mapping = try ReloadMapping(json: mapping)
            } catch {
                throw HTTPError(.badRequest, "\(error)")
            }
        }
        return options
    }

    private static func options(force: String?, mapping: String?) throws -> ReloadOptions {
        var body = JSONObject()
        if let force {
            guard force == "true" || force == "false" else {
                throw HTTPError(.badRequest, "force must be true or false.")
            }
            body["force"] = .bool(force == "true")
        }
        if let mapping {
            do {
                body["mapping"] = try JSONValue(parsing: mapping)
            } catch {
                throw HTTPError(.badRequest, "mapping is not JSON: \(error)")
            }
        }
        return try options(body)
    }

    /// The hash that `If-Match` names; `nil` when any will do.
    private static func expectedHash(_ request: ServerRequest) throws -> String? {
        guard let field = request.headers[.ifMatch], field != "*" else { return nil }
        guard field.hasPrefix("\""), field.hasSuffix("\""), field.count > 2 else {
            throw HTTPError(.badRequest, "If-Match must be the ETag of the configuration.")
        }
        return String(field.dropFirst().dropLast())
    }

    // MARK: - Answers

    private func answer(
        _ change: () async throws -> ConfigurationManager.Outcome
    ) async throws -> ServerResponse {
        do {
            let outcome = try await change()
            let report = outcome.report
            let status: HTTPResponse.Status =
                switch report.status {
                case .reloaded, .unchanged: .ok
                case .refused, .rolledBack: report.issues.isEmpty ? .conflict : .unprocessableContent
                }
            var response = ServerResponse.json(.object(Self.document(outcome)), status: status)
            response.headers[.eTag] = "\"\(outcome.hash)\""
            return response
        } catch let failure as ConfigurationManager.PreconditionFailure {
            var response = ServerResponse.json(
                ["error": "The configuration has changed; get it again.", "hash": .string(failure.hash)],
                status: .preconditionFailed)
            response.headers[.eTag] = "\"\(failure.hash)\""
            return response
        } catch let error as WorkflowError {
            throw Self.httpError(error)
        }
    }

    private static func httpError(_ error: WorkflowError) -> HTTPError {
        let status: HTTPResponse.Status =
            switch error.code {
            case .notFound: .notFound
            case .conflict: .conflict
            case .storageFull: HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
            case .invalidInput: .badRequest
            default: .serviceUnavailable
            }
        return HTTPError(status, error.message)
    }

    private static func document(_ outcome: ConfigurationManager.Outcome) -> JSONObject {
        var document = ReloadDocument.make(outcome.report)
        document["hash"] = .string(outcome.hash)
        if var timings = document["timings"]?.objectValue {
            timings["loadMilliseconds"] = ReloadDocument.milliseconds(outcome.loading)
            document["timings"] = .object(timings)
        }
        if let version = outcome.version { document["version"] = .integer(Int64(version)) }
        if let warning = outcome.warning { document["warning"] = .string(warning) }
        if let plan = outcome.report.plan { document["plan"] = plan.json }
        return document
    }

    private static func document(_ version: ConfigurationHistory.Version) -> JSONValue {
        var document: JSONObject = [
            "version": .integer(Int64(version.number)), "time": .string(version.time.description),
            "hash": .string(version.hash), "source": .string(version.source.rawValue),
            "status": .string(version.status.description),
        ]
        if let reason = version.status.reason { document["reason"] = .string(reason) }
        return .object(document)
    }
}
