/// A dictionary that forgets what has not been used for long, so that it never holds more than a number of values.
///
/// Values live in two halves. A new or used value is in the young half; when that is full, it becomes the old half and
/// what was left in the old one is forgotten. Every operation takes constant time.
struct BoundedCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]
    private let halfCapacity: Int

    init(capacity: Int) {
        self.halfCapacity = max(capacity / 2, 1)
    }

    var count: Int { young.count + old.count }

    /// The value under `key`; using it keeps it from being forgotten. Setting `nil` removes it.
    subscript(key: Key) -> Value? {
        mutating get {
            if let value = young[key] { return value }
            guard let value = old.removeValue(forKey: key) else { return nil }
            insert(value, key)
            return value
        }
        set {
            old.removeValue(forKey: key)
            if let newValue {
                insert(newValue, key)
            } else {
                young.removeValue(forKey: key)
            }
        }
    }

    private mutating func insert(_ value: Value, _ key: Key) {
        if young.count >= halfCapacity, young[key] == nil {
            old = young
            young = [:]
        }
        young[key] = value
    }
}
