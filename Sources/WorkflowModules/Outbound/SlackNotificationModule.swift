import Foundation
public import WorkflowCore

/// Writes events to a channel of Slack.
///
/// ```yaml
/// modules:
///   - name: team-chat
///     type: notification.slack
///     config:
///       webhookURL: ${SLACK_WEBHOOK_URL}
///       text: Order ${data.id} is paid
/// ```
public struct SlackNotificationModule: WorkflowModule {
    private let delivery: OutboundDelivery
    private let sender: OutboundSender

    public init(configuration: Configuration, context: ModuleContext) throws {
        let target = try FetchPlace.parse(configuration.webhookURL.value)
        let delivery = OutboundDelivery(
            to: target.place, policy: configuration.policy, environment: context.environment, logger: context.logger)
        let webhook = Webhook(url: target.url.absoluteString)
        let message = SlackMessage(
            channel: configuration.channel, username: configuration.username, text: configuration.text,
            environment: ExpressionEnvironment(clock: context.clock, identifiers: context.environment.identifiers))
        self.delivery = delivery
        sender = OutboundSender(
            outcomes: (configuration.successTransition, configuration.compensateTransition), delivery: delivery,
            identifiers: context.environment.identifiers
        ) { event in
            try await webhook.deliver(try message.body(for: event), id: event.headerID, through: delivery)
        }
    }

    public var services: [any Sendable] { [self, sender] }

    public func prepare() async throws { try delivery.open() }

    public func shutdown() async { await delivery.close() }
}

/// Makes the bodies that incoming webhooks of Slack take.
struct SlackMessage: Sendable {
    let channel: String
    let username: String
    let text: JSONTemplate?
    var environment = ExpressionEnvironment.default

    func body(for event: OutboundEvent) throws -> JSONValue {
        let data = Self.escape(event.payload)
        let text = try text?.render(in: event.scope(data), environment: environment) ?? Self.plainText(data)
        var body: JSONObject = [:]
        if !channel.isEmpty { body["channel"] = .string(channel) }
        if !username.isEmpty { body["username"] = .string(username) }
        body["text"] = .string(Self.string(text))
        return .object(body)
    }

    /// The text of content for which there is no template: the text in it, or all of it as JSON.
    private static func plainText(_ data: JSONValue) -> JSONValue {
        let text = [data["text"], data["message"]].lazy.compactMap { $0?.stringValue }.first { !$0.isEmpty }
        return text.map { .string($0) } ?? data
    }

    private static func string(_ value: JSONValue) -> String {
        value.stringValue ?? (value.isNull ? "" : value.jsonString())
    }

    /// Escapes the texts of content, so that they cannot mention people or make links.
    ///
    /// Source: https://api.slack.com/reference/surfaces/formatting#escaping
    static func escape(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text):
            .string(
                text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;"))
        case .array(let elements): .array(elements.map { escape($0) })
        case .object(let object): .object(JSONObject(object.map { ($0.key, escape($0.value)) }))
        default: value
        }
    }
}
