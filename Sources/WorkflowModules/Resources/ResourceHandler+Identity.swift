import WorkflowCore

/// The identifiers of instances. They are common to all definitions of an application, so two resources may want the
/// same one.
extension ResourceHandler {
    /// The identifier of the instance of a resource.
    ///
    /// - Parameters:
    ///   - resource: The resource.
    ///   - type: The definition that the identifier is qualified with, since an instance of another definition has it;
    ///     `nil` when it is not. Triggers find instances under both, see ``StateMachineCallHandler``.
    func instanceID(_ resource: Resource, qualifiedBy type: String? = nil) -> String {
        let field = resource.data[configuration.instanceIDField]?.stringValue ?? ""
        let id = configuration.instanceIDPrefix + (ResourceID.isValid(field) ? field : resource.id)
        return type.map { "\($0):\(id)" } ?? id
    }

    /// Creates an instance under an identifier that is free, also when an instance of another definition has the
    /// identifier of the resource.
    ///
    /// - Parameters:
    ///   - resource: The resource that gets the instance.
    ///   - type: The definition.
    ///   - body: Creates the instance of the resource, which has its identifier.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws.
    func withInstanceID<Result>(
        for resource: Resource, of type: String, _ body: (Resource) async throws -> Result
    ) async throws -> Result {
        var resource = resource
        let id = instanceID(resource)
        resource.instanceID = id
        do {
            return try await body(resource)
        } catch let error as StoreError where error.code == .conflict {
            guard let other = try await context.store.instance(id: id), other.workflowType != type else { throw error }
            resource.instanceID = instanceID(resource, qualifiedBy: type)
            return try await body(resource)
        }
    }

    /// What has an instance under the identifiers of a resource, in words; `nil` when nothing has.
    ///
    /// - Parameters:
    ///   - resource: The resource, which has no instance.
    ///   - type: The definition of the instance that it was going to get.
    ///   - viewer: Who asks; what others own is not named.
    func holder(
        ofInstanceFor resource: Resource, of type: String, for viewer: String?
    ) async throws -> (instanceID: String, text: String)? {
        for id in [instanceID(resource), instanceID(resource, qualifiedBy: type)] {
            guard let instance = try await context.store.instance(id: id), instance.workflowType == type else {
                continue
            }
            let owner = instance.data["id"]?.stringValue ?? id
            for other in context.generation.stateTracker.linkedTypes(of: type) {
                guard let found = try await context.store.resource(type: other, id: owner),
                    found.resource.instanceID == id, found.resource.isVisible(to: viewer)
                else { continue }
                return (id, "The instance \"\(id)\" belongs to \(other) \"\(owner)\"")
            }
            return (id, "The instance \"\(id)\" belongs to something else")
        }
        return nil
    }
}
