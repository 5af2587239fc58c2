import HTTPTypes
import WorkflowCore

/// The `Idempotency-Key` of a request: what it asks for is done once, however often it is sent.
///
/// What was done is kept for a day, in the transaction that does it.
struct IdempotencyKey: Sendable {
    private static let namespace = "workflow.idempotency"
    private static let lifetime = Duration.seconds(24 * 3600)

    /// What the key is for.
    let scope: String
    private let text: String
    /// Tells requests with the same key apart.
    private let fingerprint: String

    /// Reads the field of a request; `nil` when there is none.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - scope: What the key is for.
    ///   - content: What the request asks for.
    /// - Throws: ``HTTPError`` 400 when the key is not acceptable.
    init?(_ request: ServerRequest, scope: String, content: JSONValue) throws {
        guard let field = request.headers[.idempotencyKey] else { return nil }
        let isQuoted = field.count > 2 && field.hasPrefix("\"") && field.hasSuffix("\"")
        text = isQuoted ? String(field.dropFirst().dropLast()) : field
        guard (1...255).contains(text.utf8.count), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw HTTPError(.badRequest, "Idempotency-Key must be 1 to 255 characters of ASCII without blanks.")
        }
        self.scope = scope
        // Only guards against mistakes, so a short digest that is the same in all processes will do.
        let bytes = Array(content.jsonString(sortedKeys: true).utf8)
        let digest = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
        fingerprint = String(digest, radix: 16)
    }

    private var key: String { "\(scope)/\(text)" }

    /// The change that keeps what was done; a conflict when another request with the key was faster.
    func record(_ result: JSONObject, now: Timestamp) -> StoreTransaction.Operation {
        .createValue(
            namespace: Self.namespace, key: key,
            value: ["fingerprint": .string(fingerprint), "result": .object(result)], now: now,
            expiresAt: now.advanced(by: Self.lifetime))
    }

    /// What was done for an earlier request with the key; `nil` when there was none.
    ///
    /// - Throws: ``HTTPError`` 422 when that one asked for something else; ``StoreError``.
    func earlier(in store: any StateStore, now: Timestamp) async throws -> JSONObject? {
        guard let stored = try await store.value(namespace: Self.namespace, key: key, now: now) else { return nil }
        guard stored["fingerprint"]?.stringValue == fingerprint else {
            throw HTTPError(.unprocessableContent, "The Idempotency-Key was used for another request.")
        }
        return stored["result"]?.objectValue ?? [:]
    }
}

extension HTTPField.Name {
    static let idempotencyKey = known("Idempotency-Key")
    static let idempotencyReplayed = known("Idempotency-Replayed")
}
