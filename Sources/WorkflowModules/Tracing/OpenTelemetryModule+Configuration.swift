import HTTPTypes
public import WorkflowCore

extension OpenTelemetryModule {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        static let standardServiceName = "workflow"

        /// What the traces are for.
        public var description = ""
        /// Where the collector is.
        public var endpoint = "http://localhost:4318"
        /// Header fields of every request.
        var headers = KeyValueList()
        /// The name of the application in traces.
        public var serviceName = standardServiceName
        /// The version of the application.
        public var serviceVersion = ""
        /// Further attributes of the application.
        var attributes = KeyValueList()
        /// Which traces are recorded.
        public var sampler = TraceSampler.Kind.parentRatio.rawValue
        /// The share of traces that is recorded.
        public var sampleRatio = 1.0
        /// How many spans can wait.
        public var maxQueueSize = 2048
        /// How many spans are sent at once.
        public var maxExportBatchSize = 512
        /// How long a span waits.
        public var scheduleDelay: Duration = .seconds(5)
        /// How long one request may take.
        public var timeout: Duration = .seconds(10)
        /// How long all attempts for one batch may take.
        public var exportTimeout: Duration = .seconds(30)
        /// How long the last spans have at the end.
        public var shutdownTimeout: Duration = .seconds(5)

        public static let fields: [ConfigurationField<Self>] = [
            .init("description", \.description, "What the traces are for, in words."),
            .init(
                "endpoint", \.endpoint, "Where the collector is; `/v1/traces` is added.",
                check: { endpointProblem($0) }),
            .init(
                "headers", \.headers,
                "Header fields of every request, such as `Authorization`: a mapping, or a text such as `name=value,other=value`. Their values are hidden.",
                secret: true, check: { headersProblem($0) }),
            .init("serviceName", \.serviceName, "The name of the application, `service.name`.", check: { named($0) }),
            .init("serviceVersion", \.serviceVersion, "The version of the application, `service.version`."),
            .init(
                "attributes", \.attributes,
                "Further attributes of the application, such as `deployment.environment.name`: a mapping, or a text such as `name=value,other=value`."
            ),
            .init(
                "sampler", \.sampler,
                "Which traces are recorded. Those that begin with `parentbased_` follow the decision that a caller sends.",
                schema: .choice(TraceSampler.Kind.allCases.map(\.rawValue))),
            .init(
                "sampleRatio", \.sampleRatio, "The share of traces that is recorded, from 0 to 1.",
                check: { (0...1).contains($0) ? nil : "must be from 0 to 1" }),
            .init(
                "maxQueueSize", \.maxQueueSize, "How many spans can wait to be sent; further ones are dropped.",
                schema: .integer(minimum: 1, maximum: 1_000_000)),
            .init(
                "maxExportBatchSize", \.maxExportBatchSize, "How many spans are sent in one request.",
                schema: .integer(minimum: 1, maximum: 100_000)),
            .init(
                "scheduleDelay", \.scheduleDelay, "How long a span waits at most before it is sent.",
                check: { OutboundChecks.timeout($0) }),
            .init("timeout", \.timeout, "How long one request may take.", check: { OutboundChecks.timeout($0) }),
            .init(
                "exportTimeout", \.exportTimeout, "How long the attempts to send one batch may take altogether.",
                check: { OutboundChecks.timeout($0) }),
            .init(
                "shutdownTimeout", \.shutdownTimeout,
                "How long the program waits at its end until the last spans are sent.",
                check: { OutboundChecks.timeout($0) }),
        ]

        /// Creates the defaults.
        public init() {}

        public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
            guard maxExportBatchSize > maxQueueSize else { return }
            decoder.fail(node, "maxExportBatchSize must be at most maxQueueSize, which is \(maxQueueSize)")
        }

        var traceSampler: TraceSampler {
            TraceSampler(TraceSampler.Kind(rawValue: sampler) ?? .parentRatio, ratio: sampleRatio)
        }

        var policy: ExportPolicy { ExportPolicy(attemptTimeout: timeout, totalTimeout: exportTimeout) }

        var url: String { endpoint + (endpoint.hasSuffix("/") ? "" : "/") + "v1/traces" }

        /// The header fields in a fixed order, with names in lower case.
        var fields: [FetchHeader] {
            headers.values.map { FetchHeader(name: $0.key.lowercased(), value: $0.value) }
                .sorted { $0.name < $1.name }
        }

        private static let reserved: Set = [
            "host", "content-length", "content-type", "content-encoding", "transfer-encoding", "connection",
        ]

        private static func endpointProblem(_ endpoint: String) -> String? {
            if let problem = FetchPlace.problem(endpoint) { return problem }
            let hasMore = endpoint.contains { $0 == "?" || $0 == "#" }
            return hasMore ? "must have neither a query nor a fragment" : nil
        }

        private static func headersProblem(_ headers: KeyValueList) -> String? {
            var seen: Set<String> = []
            for (name, value) in headers.values.sorted(by: { $0.key < $1.key }) {
                guard HTTPField.Name(name) != nil else { return "\"\(name)\" is no name of a header field" }
                guard HTTPField.isValidValue(value) else { return "the value of \"\(name)\" is not valid" }
                if reserved.contains(name.lowercased()) { return "the header \"\(name)\" is set by the engine" }
                if !seen.insert(name.lowercased()).inserted { return "the header \"\(name)\" is given twice" }
            }
            return nil
        }

        private static func named(_ name: String) -> String? {
            name.isEmpty ? "must not be empty" : nil
        }
    }
}
