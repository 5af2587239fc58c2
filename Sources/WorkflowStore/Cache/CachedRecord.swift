import WorkflowCore

/// A row that single reads find without a query. Boxed, so that the cache moves pointers only.
indirect enum CachedRecord: Sendable {
    /// What identifies a row.
    enum Key: Sendable, Hashable {
        case instance(ExactString)
        case resource(type: ExactString, id: ExactString)
        case user(ExactString)

        static func instance(_ id: String) -> Key { .instance(ExactString(id)) }
        static func resource(_ type: String, _ id: String) -> Key {
            .resource(type: ExactString(type), id: ExactString(id))
        }
        static func user(_ id: String) -> Key { .user(ExactString(id)) }
    }

    case instance(StateMachineInstance)
    case resource(Resource)
    case user(UserRecord)

    var key: Key {
        switch self {
        case .instance(let instance): .instance(instance.id)
        case .resource(let resource): .resource(resource.type, resource.id)
        case .user(let user): .user(user.id)
        }
    }

    /// Roughly the bytes that the record occupies.
    var cost: Int {
        switch self {
        case .instance(let instance): 600 + Self.cost(of: .object(instance.data))
        case .resource(let resource): 600 + Self.cost(of: .object(resource.data))
        case .user: 600
        }
    }

    /// Whether this record is a later state of the same row than `other`, as far as versions tell.
    func isNewer(than other: CachedRecord) -> Bool {
        switch (self, other) {
        case (.instance(let new), .instance(let old)): new.version > old.version
        case (.resource(let new), .resource(let old)):
            (new.sequence, new.version) > (old.sequence, old.version)
        default: false
        }
    }

    private static func cost(of value: JSONValue) -> Int {
        switch value {
        case .string(let text), .decimal(let text): 32 + text.utf8.count
        case .array(let elements): elements.reduce(64) { $0 + cost(of: $1) }
        case .object(let object): object.reduce(96) { $0 + 32 + $1.key.utf8.count + cost(of: $1.value) }
        default: 16
        }
    }
}
