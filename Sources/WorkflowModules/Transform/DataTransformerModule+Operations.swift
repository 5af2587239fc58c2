public import WorkflowCore

extension DataTransformerModule {
    /// The keys of `extract`.
    public struct ExtractConfiguration: ConfigurationObject {
        /// Where the part is.
        public var path = ""

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "path", \.path,
                "Where the part is, such as `order.items[0].sku` or `order.items.0.sku`; when there is nothing, the operation fails.",
                required: true, check: { $0.isEmpty ? "must not be empty" : nil })
        ]

        /// Creates the defaults.
        public init() {}
    }

    /// The keys of `map`.
    public struct MapConfiguration: ConfigurationObject {
        /// New names by old names.
        public var mappings: [String: String] = [:]

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "mappings", \.mappings,
                "New names by old names. Keys that the data does not have are left out; a renamed key replaces one that has its new name.",
                required: true, check: { problem($0) })
        ]

        /// Creates the defaults.
        public init() {}

        private static func problem(_ mappings: [String: String]) -> String? {
            if mappings.isEmpty { return "needs at least one key" }
            var seen: Set<String> = []
            return mappings.values.sorted().first { !seen.insert($0).inserted }.map { "two keys become \"\($0)\"" }
        }
    }

    /// The keys of `filter`.
    public struct FilterConfiguration: ConfigurationObject {
        /// The keys that are kept.
        public var fields: [String] = []

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "fields", \.fields, "The keys that are kept; those that the data does not have are left out.",
                required: true, check: { $0.isEmpty ? "needs at least one key" : nil })
        ]

        /// Creates the defaults.
        public init() {}
    }

    /// The keys of `convert`.
    public struct ConvertConfiguration: ConfigurationObject {
        /// What the data is.
        public var from = ""
        /// What it becomes.
        public var to = ""

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "from", \.from, "What the data is: any value, or text that is JSON.", required: true,
                schema: .choice(["json", "string"])),
            .init(
                "to", \.to, "What it becomes: a value, or text that is JSON.", required: true,
                schema: .choice(["json", "string"])),
        ]

        /// Creates the defaults.
        public init() {}

        public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
            if (from, to) == ("string", "string") {
                decoder.fail(
                    node, "text is not converted to text", suggestion: "convert from string to json, or the other way")
            }
        }

        var operation: TransformOperation {
            switch (from, to) {
            case ("json", "string"): .writeJSON
            case ("string", "json"): .readJSON
            default: .keep
            }
        }
    }
}
