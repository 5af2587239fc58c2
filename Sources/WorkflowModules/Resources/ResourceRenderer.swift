import WorkflowCore

/// Turns resources into the JSON that clients see.
struct ResourceRenderer: Sendable {
    private let hoisted: [String]
    private let hoistsCreation: Bool
    private let hoistsError: Bool

    init(hoisted: [String]) {
        let own: Set<String> = ["id", "data", "state", "lastUpdate"]
        self.hoisted = hoisted.filter { !own.contains($0) }
        self.hoistsCreation = hoisted.contains("createdAt")
        self.hoistsError = hoisted.contains("error")
    }

    /// A resource with the state and data of its instance laid over its own.
    func document(_ snapshot: ResourceSnapshot) -> JSONObject {
        let resource = snapshot.resource
        let instance = snapshot.instance
        let data = data(snapshot)
        var document = JSONObject()
        document.reserveCapacity(4 + hoisted.count)
        document["id"] = .string(resource.id)
        document["data"] = .object(data)
        document["state"] = .string(instance?.currentState ?? resource.state)
        document["lastUpdate"] = .string(Self.lastUpdate(snapshot).description)
        for key in hoisted {
            if let value = data[key] { document[key] = value }
        }
        if hoistsCreation, !document.contains("createdAt") {
            document["createdAt"] = .string(resource.createdAt.description)
        }
        if hoistsError, !document.contains("error"), let error = instance?.error { document["error"] = .string(error) }
        return document
    }

    /// A list of resources as the bytes of a JSON array.
    func list(_ snapshots: [ResourceSnapshot]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(2 + snapshots.count * 256)
        bytes.append(UInt8(ascii: "["))
        for snapshot in snapshots {
            if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
            JSONValue.object(document(snapshot)).write(to: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
        return bytes
    }

    /// When the resource or its instance last changed.
    static func lastUpdate(_ snapshot: ResourceSnapshot) -> Timestamp {
        guard let instance = snapshot.instance else { return snapshot.resource.updatedAt }
        return max(instance.lastUpdated, snapshot.resource.updatedAt)
    }

    private func data(_ snapshot: ResourceSnapshot) -> JSONObject {
        let resource = snapshot.resource
        guard let instance = snapshot.instance else { return resource.data }
        var data = resource.data.merging(instance.data)
        data["id"] = .string(resource.id)
        if let owner = resource.owner, !owner.isEmpty { data["userId"] = .string(owner) }
        data["state"] = .string(instance.currentState)
        data["lastUpdate"] = .string(Self.lastUpdate(snapshot).description)
        return data
    }
}
