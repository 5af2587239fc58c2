import HTTPTypes
import Logging
import WorkflowCore
import WorkflowHTTP

/// Has a request of a mounted workflow answered: what its own server would do, without one.
struct MountAnswering: Sendable {
    let logger: Logger

    /// Hands a request to a listener.
    ///
    /// - Parameters:
    ///   - request: The request as it arrived.
    ///   - target: Its path below the mount.
    ///   - listener: What answers.
    ///   - limits: What the workflow may use.
    /// - Throws: `CancellationError`, which the server deals with.
    func answer(
        _ request: ServerRequest, _ target: MountedTarget, by listener: StandInListener, limits: DeploymentLimits
    ) async throws -> ServerResponse {
        let limit = min(limits.bodyBytes, listener.settings.maxBodyBytes)
        // Its own, so that the routes of the workflow do not become labels of the metrics that all share.
        let record = RequestRecord()
        defer { if let id = record.requestID { request.record?.requestID = id } }
        request.record?.routePattern = "/w/{workflow}"
        let began = ContinuousClock.now
        var status: HTTPResponse.Status?
        defer {
            listener.count(
                request, routePattern: record.routePattern, status: status, duration: began.duration(to: .now))
        }
        var response = try await answer(request, target, by: listener, limit: limit, record: record)
        status = response.status
        if !target.prefix.isEmpty { MountedResponse.rebase(&response, onto: target.prefix) }
        return response
    }

    private func answer(
        _ request: ServerRequest, _ target: MountedTarget, by listener: StandInListener, limit: Int,
        record: RequestRecord
    ) async throws -> ServerResponse {
        do {
            let inner = try Self.inner(request, target, record: record, bodyLimit: limit)
            return try await Self.handle(inner, by: listener)
        } catch let error as HTTPError {
            return error.response
        } catch let error as CancellationError {
            throw error
        } catch {
            logger.error(
                "request failed",
                metadata: [
                    "request.id": "\(record.requestID ?? "-")", "http.route": "\(record.routePattern)",
                    "error": "\(error)",
                ])
            return HTTPError(.internalServerError, "The server failed to answer this request.").response
        }
    }

    /// The request as the application sees it.
    private static func inner(
        _ request: ServerRequest, _ target: MountedTarget, record: RequestRecord, bodyLimit: Int
    ) throws -> ServerRequest {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > bodyLimit {
            throw HTTPError.bodyTooLarge(limit: bodyLimit)
        }
        var headers = request.headers
        if let name = Self.forwardedPrefix {
            // Whatever the client says, nobody else knows the mount.
            headers[name] = target.prefix.isEmpty ? nil : target.prefix
        }
        var inner = ServerRequest(
            method: request.method, path: target.path, query: request.query, headers: headers,
            authority: request.authority, isSecure: request.isSecure, remoteAddress: request.remoteAddress,
            receivedAt: request.receivedAt, body: try request.body.limited(to: bodyLimit), record: record)
        if let id = request.id { inner.id = id }
        return inner
    }

    private static let forwardedPrefix = HTTPField.Name("X-Forwarded-Prefix")

    /// Has a request answered within the time that the configuration gives to it.
    private static func handle(_ request: ServerRequest, by listener: StandInListener) async throws -> ServerResponse {
        guard let timeout = listener.settings.handlerTimeout else { return try await listener.handler.handle(request) }
        return try await withThrowingTaskGroup(of: ServerResponse?.self) { group in
            group.addTask { try await listener.handler.handle(request) }
            group.addTask {
                try await Task.sleep(for: timeout)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let response = first else {
                throw HTTPError(.serviceUnavailable, "The handler did not answer in time.")
            }
            return response
        }
    }
}
