import WorkflowCore

/// What a component may do.
struct ComponentGrants: Sendable {
    let hosts: [HostRule]
    let addresses: AddressPolicy
    let topics: [TopicPattern]
    let hasValues: Bool
    let resources: [String]
    let transitions: [String]

    init(_ configuration: DynamicComponentModule.GrantsConfiguration) {
        hosts = configuration.http.compactMap { HostRule($0) }
        addresses = AddressPolicy(
            allowsPrivate: configuration.allowsPrivate,
            ranges: configuration.addresses.compactMap { AddressRange($0) },
            whoAllows: "the keys allow.private and allow.addresses do not allow")
        topics = configuration.publish.compactMap { try? TopicPattern($0) }
        hasValues = configuration.kv
        resources = configuration.resources
        transitions = configuration.transitions
    }

    func mayPublish(to topic: String) -> Bool {
        topics.contains { $0.matches(topic) }
    }

    func mayRead(resourcesOf type: String) -> Bool {
        resources.contains(type) || resources.contains("*")
    }

    func mayMove(instancesOf definition: String) -> Bool {
        transitions.contains(definition) || transitions.contains("*")
    }
}
