import Foundation
public import WorkflowCore

/// Sends events to a URL.
///
/// ```yaml
/// modules:
///   - name: notify-partner
///     type: webhook.sender
///     config:
///       url: https://partner.example.com/hooks/orders
///       secret: ${PARTNER_SECRET}
/// ```
public struct WebhookSenderModule: WorkflowModule {
    /// The largest answer that is read, in bytes.
    static let answerLimit = 1 << 20

    private let delivery: OutboundDelivery
    private let sender: OutboundSender

    public init(configuration: Configuration, context: ModuleContext) throws {
        let target = try FetchPlace.parse(configuration.url)
        let delivery = OutboundDelivery(
            to: target.place, policy: configuration.policy, environment: context.environment, logger: context.logger)
        let expressions = ExpressionEnvironment(
            clock: context.clock, identifiers: context.environment.identifiers)
        let webhook = Webhook(
            url: target.url.absoluteString, method: configuration.method, headers: configuration.fields,
            signature: WebhookSignature(secret: configuration.secret.value))
        let template = configuration.body
        self.delivery = delivery
        sender = OutboundSender(
            outcomes: (configuration.successTransition, configuration.compensateTransition), delivery: delivery,
            identifiers: context.environment.identifiers
        ) { event in
            let body = try template?.render(in: event.scope(), environment: expressions) ?? event.payload
            return try await webhook.deliver(body, id: event.headerID, through: delivery)
        }
    }

    public var services: [any Sendable] { [self, sender] }

    public func prepare() async throws { try delivery.open() }

    public func shutdown() async { await delivery.close() }
}

/// A URL that takes JSON.
struct Webhook: Sendable {
    let url: String
    var method = "POST"
    var headers: [FetchHeader] = []
    var signature: WebhookSignature?

    /// Sends a value.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - id: The same however often the value is sent.
    ///   - delivery: Sends it.
    /// - Returns: `{statusCode, response}`, without `response` when the answer is empty or no text.
    /// - Throws: ``WorkflowError`` when it was not taken.
    func deliver(_ value: JSONValue, id: String, through delivery: OutboundDelivery) async throws -> JSONObject {
        let body = value.jsonBytes()
        var common = headers
        for (name, value) in [("content-type", "application/json"), ("user-agent", "workflow")]
        where !common.contains(where: { $0.name == name }) {
            common.append(FetchHeader(name: name, value: value))
        }
        common += ["idempotency-key", "webhook-id"].map { FetchHeader(name: $0, value: id) }
        let response = try await delivery.send(limit: WebhookSenderModule.answerLimit) { [common] time in
            let signed = signature?.headers(id: id, body: body, at: time) ?? []
            return FetchRequest(method: method, url: url, headers: common + signed, body: body)
        }
        guard (200..<300).contains(response.status) else { throw delivery.refusal(response) }
        var result: JSONObject = ["statusCode": .integer(Int64(response.status))]
        if let answer = try? JSONValue(parsing: response.body) {
            result["response"] = answer
        } else if !response.body.isEmpty, let text = String(validating: response.body, as: UTF8.self) {
            result["response"] = .string(text)
        }
        return result
    }
}
