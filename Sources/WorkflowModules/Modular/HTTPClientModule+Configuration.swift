import HTTPTypes
public import WorkflowCore

extension HTTPClientModule {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// What the client is for.
        public var description = ""
        /// What relative URLs are added to.
        public var baseURL = ""
        /// Header fields of every request to `baseURL`.
        public var headers: [String: SecretString] = [:]
        /// How long a request may take.
        public var requestTimeout: Duration = .seconds(30)
        /// How long a connection may take to be made.
        public var connectTimeout: Duration = .seconds(10)
        /// How long a connection is kept that nobody uses.
        public var idleTimeout: Duration = .seconds(60)
        /// The largest answer that is accepted.
        public var maxResponseSize = ByteSize(bytes: 1 << 20)
        /// The hosts that may be asked; empty for that of `baseURL`, or for all.
        public var allowedHosts: [String] = []
        /// Whether addresses of private networks are allowed.
        public var allowPrivate = false
        /// What is allowed besides public addresses.
        public var allowedAddresses: [String] = []
        /// How many requests may be under way at once.
        public var maxConcurrency = 64
        /// How often a failure of the step is retried.
        public var maxRetries = 2
        /// How long to wait before the first retry.
        public var retryBackoff: Duration = .seconds(1)
        /// What a success of the step fires.
        public var successTransition = ""
        /// What a failure of the step fires.
        public var compensateTransition = ""

        public static let fields: [ConfigurationField<Self>] = [
            .init("description", \.description, "What the client is for, in words."),
            .init(
                "baseURL", \.baseURL, "What the `url` of a request is added to, unless it is a whole one.",
                aliases: ["base_url", "baseUrl"], check: { baseProblem($0) }),
            .init(
                "headers", \.headers,
                "Header fields of every request to `baseURL`, such as `Authorization`. Their values are hidden.",
                secret: true, check: { headersProblem($0) }),
            .init(
                "requestTimeout", \.requestTimeout, "How long a request may take, at most 30s.",
                aliases: ["request_timeout", "timeout"],
                check: {
                    $0 > .zero && $0 <= ComponentFetch.longestTimeout ? nil : "must be more than 0 and at most 30s"
                }),
            .init(
                "connectTimeout", \.connectTimeout, "How long a connection may take to be made, TLS included.",
                aliases: ["connect_timeout", "tlsTimeout", "tls_timeout"], check: { OutboundChecks.timeout($0) }),
            .init(
                "idleTimeout", \.idleTimeout, "How long a connection is kept that nobody uses.",
                aliases: ["idle_timeout", "idleConnTimeout", "idle_conn_timeout"],
                check: { OutboundChecks.timeout($0) }),
            .init(
                "maxResponseSize", \.maxResponseSize, "The largest body of an answer that is accepted.",
                aliases: ["max_response_size"], check: { $0.bytes > 0 ? nil : "must be more than 0" }),
            .init(
                "allowedHosts", \.allowedHosts,
                "Hosts that may be asked besides that of `baseURL`: `api.example.com` for the standard ports, `localhost:8081` for another one, `*.example.com` for all below. Without it, and without `baseURL`, all hosts.",
                aliases: ["allowed_hosts"],
                check: { hosts in hosts.lazy.compactMap { HostRule.problem($0) }.first }),
            .init(
                "allowPrivate", \.allowPrivate,
                "Whether hosts may have addresses of this machine and of private networks.",
                aliases: ["allow_private"]),
            .init(
                "allowedAddresses", \.allowedAddresses,
                "Ranges of addresses, such as `10.1.0.0/16`, that hosts may have besides public ones.",
                aliases: ["allowed_addresses"],
                check: { ranges in ranges.lazy.compactMap { AddressRange.problem($0) }.first }),
            .init(
                "maxConcurrency", \.maxConcurrency, "How many requests of steps may be under way at once; more wait.",
                aliases: ["max_concurrency"], schema: .integer(minimum: 1, maximum: 10_000)),
            .init(
                "maxRetries", \.maxRetries, "For a hook of a state machine: how often a failure is retried.",
                aliases: ["max_retries"], schema: .integer(minimum: 0, maximum: 1000)),
            .init(
                "retryBackoff", \.retryBackoff,
                "For a hook of a state machine: how long to wait before the first retry; doubles with each further one.",
                aliases: ["retry_backoff"], check: { OutboundChecks.wait($0) }),
            .init(
                "successTransition", \.successTransition,
                "For a hook of a state machine: the transition that a success fires."),
            .init(
                "compensateTransition", \.compensateTransition,
                "For a hook of a state machine: the transition that a failure fires."),
        ]

        /// Creates the defaults.
        public init() {}

        public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
            guard baseURL.isEmpty, !headers.isEmpty, let entry = node.entries?.first(where: { $0.key == "headers" })
            else { return }
            decoder.fail(
                at: entry.location, path: entry.value.path, "headers are for the host of baseURL, which is missing",
                suggestion: "add baseURL, so that secrets are sent to no other host")
        }

        var policy: AddressPolicy {
            AddressPolicy(allowsPrivate: allowPrivate, ranges: allowedAddresses.compactMap { AddressRange($0) })
        }

        private static func baseProblem(_ url: String) -> String? {
            if url.isEmpty { return nil }
            return url.contains { "?#".contains($0) } ? "must have no query" : FetchPlace.problem(url)
        }

        private static func headersProblem(_ headers: [String: SecretString]) -> String? {
            for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
                guard HTTPField.Name(name) != nil else { return "\"\(name)\" is no name of a header field" }
                guard HTTPField.isValidValue(value.value) else { return "the value of \"\(name)\" is not valid" }
            }
            return nil
        }
    }
}
