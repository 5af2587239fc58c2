public import WorkflowCore

extension ResourceHandler {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// The type of the resources.
        public var resourceName = "resources"
        /// The definition that resources run through; empty for none.
        public var workflowType = ""
        /// The engine that runs it; empty for the one that has the definition.
        public var workflowEngine = ""
        /// A transition to make when a resource is created; empty for none.
        public var initialTransition = ""
        /// The transitions that clients may make; `nil` for all that no processing step fires.
        public var transitions: [Located<String>]?
        /// Put before the identifiers of instances.
        public var instanceIDPrefix = ""
        /// The field of a resource that the identifier of its instance comes from.
        public var instanceIDField = "id"
        /// Resources to begin with.
        public var seedFile: ConfigurationFilePath?
        /// Whether changes are published.
        public var publishEvents = true
        /// The fields of the data that are shown beside it as well.
        public var hoist = [
            "items", "total", "createdAt", "shipping", "error", "transaction_id", "last4", "tracking_number", "carrier",
            "estimated_delivery",
        ]
        /// The largest body.
        public var maxBodyBytes = ByteSize(bytes: 1 << 20)
        /// How many resources a list has at most.
        public var pageSize = 1000

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "resourceName", \.resourceName,
                "The type of the resources, such as `orders`; also the beginning of topics.",
                check: { ResourceID.isValid($0) ? nil : "must consist of letters, digits, - and _" }),
            .init(
                "workflowType", \.workflowType,
                "The name of the state-machine definition that the resources run through. Each new resource gets an instance."
            ),
            .init(
                "workflowEngine", \.workflowEngine,
                "The state-machine engine; by default the one that has the definition.",
                reference: .stateMachineEngine),
            .init(
                "initialTransition", \.initialTransition,
                "A transition that each new instance makes, in the transaction that creates the resource."),
            .init(
                "transitions", \.transitions,
                "The transitions that clients may make with `PUT …/{id}/transition`; by default all but those that processing steps fire."
            ),
            .init(
                "instanceIDPrefix", \.instanceIDPrefix,
                "Put before the identifiers of instances, such as `order-`. Handlers that share a definition need one each when clients choose the `id`."
            ),
            .init(
                "instanceIDField", \.instanceIDField,
                "The field of a resource's data that the identifier of its instance comes from."),
            .init(
                "seedFile", \.seedFile,
                "A JSON file with a list of `{id, data, state}`, loaded when there are no resources of this type yet. With `workflowType`, `state` is the state of the definition in which the instance begins, without its hooks and events; by default the initial one."
            ),
            .init(
                "publishEvents", \.publishEvents,
                "Whether changes are published to `<resourceName>-events` of every broker where somebody listens."),
            .init(
                "hoist", \.hoist,
                "Fields of the data that are shown at the top level of a resource as well."),
            .init(
                "maxBodyBytes", \.maxBodyBytes, "The largest request body.",
                check: { $0.bytes > 0 ? nil : "must be more than 0" }),
            .init(
                "pageSize", \.pageSize, "How many resources a list has at most; `?limit=` can only ask for less.",
                schema: .integer(minimum: 1, maximum: 10_000)),
        ]

        /// Creates the defaults.
        public init() {}

        public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
            if !initialTransition.isEmpty, workflowType.isEmpty {
                decoder.fail(node, "\"initialTransition\" needs a \"workflowType\" whose transition it is")
            }
        }
    }
}
