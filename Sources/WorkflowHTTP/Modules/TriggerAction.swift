import HTTPTypes
import Logging
import WorkflowCore

/// What a trigger does when its request arrives.
struct TriggerAction: Sendable, CustomStringConvertible {
    /// The workflow, the action, and the data that every request brings.
    let call: WorkflowCall
    let invoker: WorkflowInvoker
    let maxBodyBytes: Int
    let logger: Logger
    /// Told when the state cannot be stored.
    let storeOutage: OutageLog

    var description: String { "\(call.workflow).\(call.action)" }

    /// The handler of the trigger.
    ///
    /// - Parameters:
    ///   - route: The handler of the route with the same method and path, if there is one.
    ///   - engines: The state machines of the application.
    func handler(after route: (any HTTPHandler)?, engines: [StateMachineEngine]) -> any HTTPHandler {
        guard let route else { return TriggerHandler(action: self, engines: engines) }
        if let route = route as? any TransitionTriggeringHandler, isTransition(engines) {
            return TransitionHandler(action: self, route: route)
        }
        return FollowingTriggerHandler(action: self, route: route)
    }

    private func isTransition(_ engines: [StateMachineEngine]) -> Bool {
        // `engine:transition` names an engine, which a handler of resources cannot choose.
        if call.workflow == "statemachine" { return !call.action.contains(":") }
        return engines.contains { $0.definition(call.workflow) != nil }
    }

    /// Runs the workflow.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - body: The members of its body.
    ///   - answer: The members of the answer of the route's handler.
    func run(_ request: ServerRequest, body: JSONObject, answer: JSONObject = [:]) async throws -> JSONValue {
        var data = Self.query(of: request)
        data.merge(body)
        let parameters = request.parameters.entries
        let namesExisting = parameters.contains { Self.identifiers.contains($0.name) }
        if namesExisting {
            // The path says which one is meant; nothing else in the request may say otherwise.
            for name in Self.identifiers { data.removeValue(forKey: name) }
        }
        for (name, value) in parameters { data[name] = .string(value) }
        data.merge(answer)
        data.merge(call.data)
        var call = call
        call.data = data
        call.principal = request.principal?.id
        call.namesExisting = namesExisting
        return try await invoker.invoke(call)
    }

    private static let identifiers = ["instanceId", "id"]

    fileprivate static func query(of request: ServerRequest) -> JSONObject {
        var data = JSONObject()
        for (name, value) in request.queryItems where !name.isEmpty && !data.contains(name) {
            data[name] = .string(value)
        }
        return data
    }

    /// The members of a request's body.
    ///
    /// - Throws: ``HTTPError`` when it is too large or not a JSON object.
    func members(of request: ServerRequest) async throws -> JSONObject {
        let bytes = try await request.body.collect(upTo: maxBodyBytes)
        guard !bytes.isEmpty else { return [:] }
        do {
            let value = try JSONValue(parsing: bytes)
            guard let object = value.objectValue else {
                throw HTTPError(.badRequest, "The request body must be a JSON object, not \(value.typeName).")
            }
            return object
        } catch let error as JSONParsingError {
            if let type = request.headers[.contentType], !type.lowercased().contains("json") {
                throw HTTPError(.unsupportedMediaType, "Send the data as application/json.")
            }
            throw HTTPError(.badRequest, "The request body is not valid JSON: \(error).")
        }
    }

    /// The answer for what a workflow threw.
    func error(for error: any Error, request: ServerRequest) -> any Error {
        if error is HTTPError || error is CancellationError { return error }
        if let error = error as? WorkflowError, let status = Self.status(of: error.code) {
            return HTTPError(
                status, error.message, details: ["workflow": .string(call.workflow), "action": .string(call.action)])
        }
        if let error = error as? StoreError {
            if error.code == .conflict {
                return HTTPError(.conflict, "Someone else changed the same thing first; try again.")
            }
            storeOutage.failed(error, "The state cannot be stored", metadata: metadata(request))
            return HTTPError(.serviceUnavailable, "The state cannot be stored at the moment.")
        }
        log(error, request)
        return HTTPError(.internalServerError, "The workflow failed.")
    }

    func log(_ error: any Error, _ request: ServerRequest) {
        var metadata = metadata(request)
        metadata["error"] = "\(error)"
        logger.error("triggered workflow failed", metadata: metadata)
    }

    private func metadata(_ request: ServerRequest) -> Logger.Metadata {
        [
            "workflow": "\(call.workflow)", "action": "\(call.action)",
            "request.id": "\(request.record?.requestID ?? request.id ?? "-")",
        ]
    }

    private static func status(of code: WorkflowError.Code) -> HTTPResponse.Status? {
        switch code {
        case .invalidInput: .badRequest
        case .notFound: .notFound
        case .conflict, .transitionRefused: .conflict
        case .forbidden: .forbidden
        case .limitExceeded, .unavailable: .serviceUnavailable
        default: nil
        }
    }
}

/// Hands a transition over to the handler of a route.
private struct TransitionHandler: DescribedHandler {
    let action: TriggerAction
    let route: any TransitionTriggeringHandler

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        let call = action.call
        let transition = TriggeredTransition(
            workflow: call.workflow, transition: call.action, data: call.data, query: TriggerAction.query(of: request))
        return try await route.handle(request, firing: transition)
    }

    func operations(on description: RouteDescription) -> [OperationDescription] {
        action.operations(on: description, after: route, "Makes the transition `\(action.call.action)` as well.")
    }
}

/// Runs a workflow and answers with what came out.
private struct TriggerHandler: DescribedHandler {
    let action: TriggerAction
    let engines: [StateMachineEngine]

    func operations(on route: RouteDescription) -> [OperationDescription] {
        action.operations(on: route, engines: engines)
    }

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        do {
            let body = try await action.members(of: request)
            let result = try await action.run(request, body: body)
            var answer: JSONObject = [
                "status": "workflow triggered", "workflow": .string(action.call.workflow),
                "action": .string(action.call.action),
            ]
            if !result.isNull { answer["result"] = result }
            return .json(.object(answer), status: .accepted)
        } catch {
            throw action.error(for: error, request: request)
        }
    }
}

/// Runs a workflow after the handler of a route has succeeded; the answer is the handler's.
private struct FollowingTriggerHandler: DescribedHandler {
    let action: TriggerAction
    let route: any HTTPHandler

    func operations(on description: RouteDescription) -> [OperationDescription] {
        action.operations(on: description, after: route, "A success starts `\(action)` as well.")
    }

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        let isJSON = request.headers[.contentType]?.lowercased().contains("json") ?? false
        var request = request
        var body = JSONObject()
        if isJSON {
            let bytes = try await request.body.collect(upTo: action.maxBodyBytes)
            // What is wrong with the body is for the handler to say.
            body = (try? JSONValue(parsing: bytes))?.objectValue ?? [:]
            request.body = RequestBody(bytes: bytes)
        }
        let response = try await route.handle(request)
        guard response.status.kind == .successful else { return response }
        let answer = Self.members(of: response)
        let (following, members) = (request, body)
        // In a task of its own: a client that goes away does not take back what the handler has done, and what follows
        // from it must not be cancelled either.
        await Task {
            do {
                _ = try await action.run(following, body: members, answer: answer)
            } catch {
                action.log(error, following)
            }
        }.value
        return response
    }

    private static func members(of response: ServerResponse) -> JSONObject {
        guard case .bytes(let bytes) = response.body,
            response.headers[.contentType]?.lowercased().contains("json") ?? false
        else { return [:] }
        return (try? JSONValue(parsing: bytes))?.objectValue ?? [:]
    }
}
