public import WorkflowCore

/// Keeps objects in a bucket of S3, or of a server that speaks its protocol.
///
/// ```yaml
/// modules:
///   - name: archive
///     type: storage.s3
///     config:
///       bucket: orders
///       accessKeyId: ${AWS_ACCESS_KEY_ID}
///       secretAccessKey: ${AWS_SECRET_ACCESS_KEY}
///       key: paid/${data.id}.json
/// ```
public struct S3StorageModule: WorkflowModule, MessageHandler, ExecutableComponent {
    private static let answerLimit = 1 << 20

    private let bucket: S3Bucket
    private let delivery: OutboundDelivery
    private let keyTemplate: JSONTemplate
    private let objectLimit: Int
    private let expressions: ExpressionEnvironment

    public init(configuration: Configuration, context: ModuleContext) throws {
        bucket = try S3Bucket(configuration)
        delivery = OutboundDelivery(
            to: bucket.place, policy: configuration.policy, environment: context.environment, logger: context.logger)
        keyTemplate = try configuration.key ?? JSONTemplate("${event.id}.json")
        objectLimit = configuration.maxObjectSize.bytes
        expressions = ExpressionEnvironment(clock: context.clock, identifiers: context.environment.identifiers)
    }

    public func prepare() async throws { try delivery.open() }

    public func shutdown() async { await delivery.close() }

    public func handle(_ message: Message) async throws {
        _ = try await put(OutboundEvent(message))
    }

    /// Does what the input asks for.
    ///
    /// - Parameter input: `{operation, key}`, for `put` with `content`, `json` or `contentBase64`, and perhaps with
    ///   `contentType`. An input without `operation` is put as JSON under the configured key.
    /// - Returns: `{operation, key}`, for `put` with `etag`, and for `get` with `contentType` and the content.
    /// - Throws: ``WorkflowError``: `.invalidInput`, `.notFound`, `.stepFailed`, `.limitExceeded`, `.unavailable`.
    public func execute(_ input: JSONValue) async throws -> JSONValue {
        guard let operation = input["operation"] else {
            let identifiers = expressions.identifiers
            return .object(try await put(OutboundEvent(input: input, identifiers: identifiers)))
        }
        return .object(try await run(S3Operation(operation, input)))
    }

    private func put(_ event: OutboundEvent) async throws -> JSONObject {
        let key = try keyTemplate.render(in: event.scope(), environment: expressions)
        return try await run(.put(key: key.stringValue ?? key.jsonString(), json: event.payload))
    }

    private func run(_ operation: S3Operation) async throws -> JSONObject {
        let key = operation.key
        if let problem = S3Bucket.problem(withKey: key) { throw S3Operation.invalid(problem) }
        switch operation {
        case .put(_, let body, let contentType):
            let response = try await send {
                bucket.request("PUT", key: key, body: body, contentType: contentType, at: $0)
            }
            var result: JSONObject = ["operation": "put", "key": .string(key)]
            if let tag = response.header("etag") { result["etag"] = .string(tag) }
            return result
        case .get:
            let response = try await send(limit: max(objectLimit, Self.answerLimit)) {
                bucket.request("GET", key: key, at: $0)
            }
            guard response.body.count <= objectLimit else {
                throw WorkflowError(.limitExceeded, "The object is larger than maxObjectSize, \(objectLimit) bytes.")
            }
            return (["operation": "get", "key": .string(key)] as JSONObject).merging(response.s3Content)
        case .delete:
            _ = try await send { bucket.request("DELETE", key: key, at: $0) }
            return ["operation": "delete", "key": .string(key)]
        }
    }

    private func send(
        limit: Int = answerLimit, _ request: (Timestamp) -> FetchRequest
    ) async throws -> FetchResponse {
        let response = try await delivery.send(limit: limit, request)
        guard (200..<300).contains(response.status) else {
            throw delivery.refusal(response, response.s3ErrorCode.map { " (\($0))" } ?? "")
        }
        return response
    }
}
