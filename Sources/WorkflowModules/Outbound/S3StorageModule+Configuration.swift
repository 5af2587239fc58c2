public import WorkflowCore

extension S3StorageModule {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// What the objects are for.
        public var description = ""
        /// The bucket.
        public var bucket = ""
        /// The region of the bucket.
        public var region = "us-east-1"
        /// The server; empty for that of AWS.
        public var endpoint = ""
        /// Whether the bucket stands in the path; `nil` for what the server takes.
        public var pathStyle: Bool?
        /// The identifier of the access key.
        public var accessKeyID = ""
        /// The access key.
        public var secretAccessKey = SecretString("")
        /// The token of temporary credentials.
        public var sessionToken = SecretString("")
        /// The key of an object that is made from an event.
        public var key: JSONTemplate?
        /// The largest object that is read.
        public var maxObjectSize = ByteSize(bytes: 16 << 20)
        /// How often a request is sent again.
        public var maxRetries = 3
        /// How long one attempt may take.
        public var timeout: Duration = .seconds(30)

        public static let fields: [ConfigurationField<Self>] = [
            .init("description", \.description, "What the objects are for, in words."),
            .init("bucket", \.bucket, "The bucket.", required: true, check: { bucketProblem($0) }),
            .init("region", \.region, "The region of the bucket.", check: { regionProblem($0) }),
            .init(
                "endpoint", \.endpoint,
                "Another server that speaks the protocol of S3, such as `http://localhost:9000`; without it that of AWS.",
                check: { endpointProblem($0) }),
            .init(
                "pathStyle", \.pathStyle,
                "Whether the bucket stands in the path of URLs rather than in the name of the host; by default it does with `endpoint` and for buckets with a dot."
            ),
            .init("accessKeyId", \.accessKeyID, "The identifier of the access key.", required: true, check: idProblem),
            .init("secretAccessKey", \.secretAccessKey, "The access key.", required: true, secret: true),
            .init(
                "sessionToken", \.sessionToken, "The token of temporary credentials.", secret: true,
                check: { idProblem($0.value) }),
            .init(
                "key", \.key,
                "The key of the object that a message, or an input without `operation`, is put under, with `${data.…}` in it; by default `${event.id}.json`.",
                schema: .string),
            .init(
                "maxObjectSize", \.maxObjectSize, "The largest object that is read.",
                check: { $0.bytes > 0 ? nil : "must be more than 0" }),
            .init(
                "maxRetries", \.maxRetries, "How often a request that fails is sent again.",
                schema: .integer(minimum: 0, maximum: 100)),
            .init("timeout", \.timeout, "How long one attempt may take.", check: { OutboundChecks.timeout($0) }),
        ]

        /// Creates the defaults.
        public init() {}

        var policy: DeliveryPolicy { DeliveryPolicy(maxRetries: maxRetries, timeout: timeout) }

        private static let idProblem: @Sendable (String) -> String? = { text in
            let isToken = text.utf8.allSatisfy { (0x21...0x7E).contains($0) } && !text.contains(",")
            return isToken ? nil : "has characters that no such value has"
        }

        private static func isPlain(_ text: String, also others: String) -> Bool {
            text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: others.utf8.contains(byte)
                }
            }
        }

        private static func bucketProblem(_ bucket: String) -> String? {
            let isName = (3...63).contains(bucket.utf8.count) && isPlain(bucket, also: "-._")
            return isName && bucket.first != "." ? nil : "\"\(bucket)\" is no name of a bucket"
        }

        private static func regionProblem(_ region: String) -> String? {
            !region.isEmpty && isPlain(region, also: "-_") ? nil : "\"\(region)\" is no name of a region"
        }

        private static func endpointProblem(_ endpoint: String) -> String? {
            if endpoint.isEmpty { return nil }
            if let problem = FetchPlace.problem(endpoint) { return problem }
            let rest = endpoint.split(separator: "://", maxSplits: 1).last ?? ""
            let isBare = rest.dropLast(rest.hasSuffix("/") ? 1 : 0).allSatisfy { !"/?#".contains($0) }
            return isBare ? nil : "must be a scheme and a host only, such as http://localhost:9000"
        }
    }
}
