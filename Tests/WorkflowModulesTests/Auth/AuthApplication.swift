import Crypto
import HTTPTypes
import Logging
import Synchronization
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

/// A running application with an `auth.jwt` module.
struct AuthApplication: Sendable {
    static let secret = "a secret of at least thirty-two bytes"

    let auth: JWTAuthentication
    let clock: TestClock
    let store: any StateStore

    @discardableResult
    static func run<Result>(
        _ configuration: JSONObject = [:], store: any StateStore = InMemoryStateStore(), clock: TestClock = TestClock(),
        logger: Logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
        beside others: [JSONValue] = [], of types: [any WorkflowModule.Type] = [],
        _ body: (AuthApplication) async throws -> Result
    ) async throws -> Result {
        // Cheap hashes: the suites make many.
        let defaults: JSONObject = ["secret": .string(secret), "scryptCost": 10]
        let auth: JSONValue = [
            "name": "auth", "type": "auth.jwt", "config": .object(defaults.merging(configuration)),
        ]
        let engine = WorkflowEngine(
            configuration: try ApplicationConfiguration(["modules": .array([auth] + others)]),
            registry: ModuleRegistry([JWTAuthentication.self] + types),
            environment: EngineEnvironment(clock: clock, logger: logger, defaultStore: store))
        try await engine.start()
        do {
            let application = AuthApplication(
                auth: try engine.service(JWTAuthentication.self), clock: clock, store: store)
            let result = try await body(application)
            await engine.stop()
            return result
        } catch {
            await engine.stop()
            throw error
        }
    }

    /// Sends a request.
    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: [UInt8] = [], authorization: String? = nil,
        from address: String = "192.0.2.1"
    ) async throws -> ResourceAnswer {
        var headers = HTTPFields()
        headers[.authorization] = authorization
        let request = ServerRequest(
            method: method, target: path, headers: headers, remoteAddress: address, body: RequestBody(bytes: body))
        return ResourceAnswer(try await auth.handle(request))
    }

    /// Registers a user.
    @discardableResult
    func register(
        _ email: String, password: String = "correct horse", name: String = "Ann", from address: String = "192.0.2.1"
    ) async throws -> ResourceAnswer {
        let body: JSONValue = ["email": .string(email), "name": .string(name), "password": .string(password)]
        return try await send(.post, "/api/auth/register", body.jsonBytes(), from: address)
    }

    /// Logs a user in.
    func logIn(
        _ email: String, password: String = "correct horse", from address: String = "192.0.2.1"
    ) async throws -> ResourceAnswer {
        let body: JSONValue = ["email": .string(email), "password": .string(password)]
        return try await send(.post, "/api/auth/login", body.jsonBytes(), from: address)
    }

    /// The claims of a good token for `subject`.
    func claims(_ subject: String = "u1") -> JSONObject {
        [
            "sub": .string(subject), "iss": "workflow", "iat": .integer(clock.now.seconds),
            "exp": .integer(clock.now.seconds + 3600),
        ]
    }
}

/// Makes tokens that the module itself would not make.
enum ForgedToken {
    static func make(
        _ claims: JSONObject, header: JSONObject = ["alg": "HS256", "typ": "JWT"],
        secret: String = AuthApplication.secret
    ) -> String {
        let input = signingInput(claims, header)
        let code = HMAC<SHA256>.authenticationCode(
            for: Array(input.utf8), using: SymmetricKey(data: Array(secret.utf8)))
        return "\(input).\(UnpaddedBase64.url.encode(Array(code)))"
    }

    static func signingInput(_ claims: JSONObject, _ header: JSONObject) -> String {
        let parts = [header, claims].map { UnpaddedBase64.url.encode(JSONValue.object($0).jsonBytes()) }
        return parts.joined(separator: ".")
    }
}

/// Keeps every log line as text.
final class LineLog: Sendable {
    private let storage = Mutex<[String]>([])

    var lines: [String] { storage.withLock { $0 } }

    func add(_ line: String) {
        storage.withLock { $0.append(line) }
    }

    /// A logger that writes here, at every level.
    var logger: Logger {
        var logger = Logger(label: "test", factory: { _ in LineLogHandler(log: self) })
        logger.logLevel = .trace
        return logger
    }
}

private struct LineLogHandler: LogHandler {
    let log: LineLog
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        log.add("\(event.level) \(event.message) \(metadata) \(event.metadata ?? [:])")
    }
}
