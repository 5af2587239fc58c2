public import WorkflowCore

extension DataTransformerModule {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// What the transformer is for.
        public var description = ""
        /// What is done.
        public var operations: [OperationConfiguration] = []
        /// Which of the pipelines is used.
        public var pipeline = Located("")
        /// Operations under names.
        public var pipelines: [String: [OperationConfiguration]] = [:]

        public static let fields: [ConfigurationField<Self>] = [
            .init("description", \.description, "What the transformer is for, in words."),
            .init(
                "operations", \.operations,
                "What is done with the data, in this order. Without operations it passes through unchanged."),
            .init(
                "pipeline", \.pipeline,
                "Which of `pipelines` is used, in place of `operations`; `${NAME:-value}` lets the environment choose."),
            .init("pipelines", \.pipelines, "Lists of operations under names, for `pipeline` to choose from."),
        ]

        /// Creates the defaults.
        public init() {}

        public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
            let names = pipelines.keys.sorted()
            if pipeline.value.isEmpty {
                guard !names.isEmpty else { return }
                decoder.fail(
                    node["pipelines"] ?? node, "none of the pipelines is used",
                    suggestion: "name one with the key pipeline: \(names.joined(separator: ", "))")
            } else if !operations.isEmpty {
                decoder.fail(
                    node["operations"] ?? node, "there are both operations and a pipeline",
                    suggestion: "keep one of them")
            } else if pipelines[pipeline.value] == nil {
                decoder.fail(
                    node["pipeline"] ?? node, "there is no pipeline \"\(pipeline.value)\"",
                    suggestion: Suggestion.text(for: pipeline.value, among: names, what: "pipelines")
                        ?? "define it under the key pipelines")
            }
        }

        var selected: TransformPipeline {
            let chosen = pipeline.value.isEmpty ? operations : pipelines[pipeline.value] ?? []
            return TransformPipeline(operations: chosen.compactMap(\.operation))
        }
    }

    /// One operation: one of the keys.
    public struct OperationConfiguration: ConfigurationObject {
        /// Takes a part.
        public var extract: ExtractConfiguration?
        /// Renames keys.
        public var map: MapConfiguration?
        /// Keeps some keys.
        public var filter: FilterConfiguration?
        /// Reads or writes JSON text.
        public var convert: ConvertConfiguration?
        /// Sets keys.
        public var set: JSONTemplate?
        /// Makes a new value of a template.
        public var transform: JSONTemplate?
        /// Makes a new value of an expression.
        public var expression: Expression?

        public static let fields: [ConfigurationField<Self>] = [
            .init("extract", \.extract, "Goes on with a part of the data."),
            .init("map", \.map, "Renames keys of an object."),
            .init("filter", \.filter, "Keeps some keys of an object and drops the others."),
            .init("convert", \.convert, "Turns data into JSON text, or JSON text into data."),
            .init(
                "set", \.set,
                "Sets keys of an object; their texts may have `${data.…}` in them, which is the data before the operation.",
                schema: .map(.any)),
            .init(
                "transform", \.transform,
                "Goes on with this value, whose texts may have `${…}` with expressions in them."),
            .init("expression", \.expression, "Goes on with the value of an expression."),
        ]

        /// Creates an operation that is none.
        public init() {}

        public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
            let given = Self.fields.map(\.schema.name).filter { key in
                node[key].map { !$0.isNull || key == "transform" } ?? false
            }
            guard given.count == 1 else {
                let keys = Self.fields.map(\.schema.name).joined(separator: ", ")
                decoder.fail(
                    node,
                    given.isEmpty
                        ? "an operation needs one of the keys \(keys)"
                        : "an operation has one key, here are \(given.joined(separator: " and "))",
                    suggestion: given.isEmpty ? nil : "begin each operation with \"-\"")
                return
            }
            if let set = node["set"], set.entries == nil { decoder.failType(set, expected: "a mapping") }
        }

        /// The operation with its key.
        var operation: (key: String, operation: TransformOperation)? {
            if let extract { return ("extract", .extract(path: extract.path)) }
            if let map { return ("map", .rename(map.mappings)) }
            if let filter { return ("filter", .filter(Set(filter.fields))) }
            if let convert { return ("convert", convert.operation) }
            if let set { return ("set", .set(set)) }
            if let transform { return ("transform", .template(transform)) }
            return expression.map { ("expression", .expression($0)) }
        }
    }
}
