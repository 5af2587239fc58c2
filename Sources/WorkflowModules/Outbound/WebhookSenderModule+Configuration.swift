import HTTPTypes
public import WorkflowCore

extension WebhookSenderModule {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// What the webhook is for.
        public var description = ""
        /// Where the requests go.
        public var url = ""
        /// The method of the requests.
        public var method = "POST"
        /// Header fields of every request.
        public var headers: [String: SecretString] = [:]
        /// What is sent; `nil` for the content as it comes.
        public var body: JSONTemplate?
        /// What requests are signed with.
        public var secret = SecretString("")
        /// How often a request is sent again.
        public var maxRetries = 3
        /// How long one attempt may take.
        public var timeout: Duration = .seconds(30)
        /// The longest wait before the first retry.
        public var retryBackoff: Duration = .seconds(1)
        /// The longest wait before any retry.
        public var retryLimit: Duration = .seconds(60)
        /// What a success of the step fires.
        public var successTransition = ""
        /// What a failure of the step fires.
        public var compensateTransition = ""

        public static let fields: [ConfigurationField<Self>] = [
            .init("description", \.description, "What the webhook is for, in words."),
            .init(
                "url", \.url,
                "Where the requests go. Take it from an environment variable when it holds a secret; logs and errors only tell its host.",
                required: true, check: { FetchPlace.problem($0) }),
            .init(
                "method", \.method, "The method of the requests.", schema: .choice(["POST", "PUT", "PATCH", "DELETE"])),
            .init(
                "headers", \.headers,
                "Header fields of every request, such as `Authorization`. Their values are hidden.",
                secret: true, check: { headersProblem($0) }),
            .init(
                "body", \.body,
                "What is sent, as JSON whose texts may have `${data.…}` in them; without it the content as it comes."),
            .init(
                "secret", \.secret,
                "Signs every request: `whsec_` and a key in Base64, or any other text, whose bytes are the key.",
                secret: true, check: { WebhookSignature(secret: $0.value) == nil ? "is no valid key" : nil }),
            .init(
                "maxRetries", \.maxRetries, "How often a request that was not taken is sent again.",
                schema: .integer(minimum: 0, maximum: 100)),
            .init("timeout", \.timeout, "How long one attempt may take.", check: { OutboundChecks.timeout($0) }),
            .init(
                "retryBackoff", \.retryBackoff,
                "The longest wait before the first retry; doubles with each further one. The wait is a random part of it.",
                check: { OutboundChecks.wait($0) }),
            .init(
                "retryLimit", \.retryLimit, "The longest wait before any retry, unless the receiver asks for more.",
                check: { OutboundChecks.wait($0) }),
            .init(
                "successTransition", \.successTransition,
                "For a hook of a state machine: the transition that a success fires."),
            .init(
                "compensateTransition", \.compensateTransition,
                "For a hook of a state machine: the transition that a failure fires, with `error` as data."),
        ]

        /// Creates the defaults.
        public init() {}

        var policy: DeliveryPolicy {
            DeliveryPolicy(
                maxRetries: maxRetries, timeout: timeout, backoff: Backoff(base: retryBackoff, limit: retryLimit))
        }

        /// The header fields in a fixed order, with names in lower case.
        var fields: [FetchHeader] {
            headers.map { FetchHeader(name: $0.key.lowercased(), value: $0.value.value) }.sorted { $0.name < $1.name }
        }

        /// Header fields that only the module or its client sets.
        private static let reserved: Set = [
            "host", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "te", "trailer",
            "expect", "proxy-connection", "idempotency-key", "webhook-id", "webhook-timestamp", "webhook-signature",
        ]

        private static func headersProblem(_ headers: [String: SecretString]) -> String? {
            var seen: Set<String> = []
            for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
                let lower = name.lowercased()
                guard HTTPField.Name(name) != nil else { return "\"\(name)\" is no name of a header field" }
                guard HTTPField.isValidValue(value.value) else { return "the value of \"\(name)\" is not valid" }
                if reserved.contains(lower) { return "the header \"\(name)\" is set by the engine" }
                if !seen.insert(lower).inserted { return "the header \"\(name)\" is given twice" }
            }
            return nil
        }
    }
}

/// Checks of keys that outbound modules have in common.
enum OutboundChecks {
    private static let longest = Duration.seconds(86_400)

    static func timeout(_ value: Duration) -> String? {
        value > .zero ? wait(value) : "must be more than 0"
    }

    static func wait(_ value: Duration) -> String? {
        value <= longest ? nil : "must be at most 24h"
    }
}
