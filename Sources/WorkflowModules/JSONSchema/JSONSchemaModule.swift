import HTTPTypes
import Synchronization
public import WorkflowCore

/// Lets only what satisfies a JSON Schema pass: bodies of requests, messages, data of state machines.
///
/// ```yaml
/// modules:
///   - name: order-schema
///     type: jsonschema.modular
///     config:
///       schemas:
///         order:
///           type: object
///           required: [customer]
/// ```
public final class JSONSchemaModule: WorkflowModule {
    /// Nothing is gained by trying again, since the same data has the same result.
    public let policy = StepPolicy(maxRetries: 0)
    let configuration: Configuration
    let context: ModuleContext
    private let compiled = AtomicLazyReference<SchemaSet>()
    private let receivers = MessageReceivers()

    public init(configuration: Configuration, context: ModuleContext) {
        self.configuration = configuration
        self.context = context
    }

    public func validate() throws {
        _ = compiled.storeIfNil(try SchemaSet(configuration))
    }

    /// The schemas, which are there as soon as the module is valid.
    private var schemas: SchemaSet {
        get throws {
            if let schemas = compiled.load() { return schemas }
            return compiled.storeIfNil(try SchemaSet(configuration))
        }
    }

    /// How data does not satisfy the schema that is not for routes; empty when it does.
    ///
    /// - Throws: ``WorkflowError`` `.invalidInput` when the configuration does not name such a schema.
    private func violations(in data: JSONValue) throws -> [JSONSchemaViolation] {
        guard let schema = try schemas.general else {
            throw WorkflowError(
                .invalidInput, "\"\(context.name)\" does not say which schema is for data; name it with body.")
        }
        return schema.violations(in: data)
    }
}

extension JSONSchemaModule: HTTPMiddleware {
    private static let deepestBody = 64

    public func handle(_ request: ServerRequest, next: any HTTPHandler) async throws -> ServerResponse {
        guard let schema = try schemas.schema(for: request) else { return try await next.handle(request) }
        if let type = request.headers.value(of: .contentType), !Self.isJSON(type) {
            return ErrorAnswer(.unsupportedMediaType, "the request body must be application/json").response
        }
        let limit = configuration.maxBodySize.bytes
        let bytes = try await request.body.collect(upTo: limit)
        let value: JSONValue
        do {
            let options = JSONParsingOptions(maximumDepth: Self.deepestBody, maximumBytes: limit)
            value = try JSONValue(parsing: bytes, options: options)
        } catch {
            let message = bytes.isEmpty ? "the request body is missing" : "the request body is not JSON"
            return ErrorAnswer(.badRequest, message, details: ["details": [Self.detail("", "\(error)")]]).response
        }
        let violations = schema.violations(in: value)
        guard violations.isEmpty else {
            let details = violations.map { Self.detail($0.path, $0.message) }
            return ErrorAnswer(
                .badRequest, "the request body is not valid", details: ["details": .array(details)]
            ).response
        }
        var request = request
        request.body = RequestBody(bytes: bytes)
        return try await next.handle(request)
    }

    private static func detail(_ path: String, _ message: String) -> JSONValue {
        ["path": .string(path), "message": .string(message)]
    }

    /// Whether a media type is JSON, such as `application/json; charset=utf-8` or `application/merge-patch+json`.
    private static func isJSON(_ type: String) -> Bool {
        let essence = type.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
        return essence == "application/json" || essence == "text/json"
            || essence.hasPrefix("application/") && essence.hasSuffix("+json")
    }
}

extension JSONSchemaModule: MessageHandler, MessageSource {
    public func forward(to receiver: any MessageHandler) {
        receivers.add(receiver)
    }

    /// Passes a message on whose content is valid.
    ///
    /// - Throws: ``WorkflowError`` `.invalidInput` with what is wrong.
    public func handle(_ message: Message) async throws {
        let violations = try violations(in: message.payload)
        guard violations.isEmpty else {
            let text = violations.map(\.description).joined(separator: "; ")
            throw WorkflowError(.invalidInput, "The content of the message is not valid: \(text).")
        }
        try await receivers.pass(message)
    }
}

extension JSONSchemaModule: ProcessingStep, ExecutableComponent {
    public var concurrency: Int { .max }

    /// Checks the data of an instance.
    ///
    /// - Returns: `{success, errors}`; data that is not valid is a business failure, so that the compensation runs.
    public func execute(_ invocation: StepInvocation) async throws -> JSONObject {
        let violations = try violations(in: .object(invocation.data))
        return violations.isEmpty ? [:] : ["success": false, "errors": Self.errors(violations)]
    }

    /// Checks a value.
    ///
    /// - Returns: `{valid, errors}`.
    public func execute(_ input: JSONValue) async throws -> JSONValue {
        let violations = try violations(in: input)
        return ["valid": .bool(violations.isEmpty), "errors": Self.errors(violations)]
    }

    private static func errors(_ violations: [JSONSchemaViolation]) -> JSONValue {
        .array(violations.map { detail($0.path, $0.message) })
    }
}
