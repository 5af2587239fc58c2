/// The keys and values of a JSON object, in insertion order.
///
/// A small object searches its keys one after another; a larger one builds a hash index.
/// Keys are equal only if their bytes are, so differently normalised forms stay apart.
/// Two objects are equal if they hold equal values under the same keys, in any order.
///
/// ```swift
/// var headers: JSONObject = ["accept": "text/plain"]
/// headers["x-request-id"] = "17"
/// headers.keys  // ["accept", "x-request-id"]
/// ```
public struct JSONObject: Sendable {
    /// One key and its value.
    struct Entry: Sendable {
        let key: String
        var value: JSONValue
    }

    /// The number of keys up to which a search runs through all of them.
    static let linearLimit = 12

    private(set) var entries: [Entry]
    private var index: JSONKeyIndex

    /// Creates an empty object.
    public init() {
        entries = []
        index = JSONKeyIndex()
    }

    /// Creates an object from keys and values; a repeated key keeps its first place and its last value.
    ///
    /// - Parameter pairs: The keys and values in order.
    public init(_ pairs: some Sequence<(String, JSONValue)>) {
        self.init()
        entries.reserveCapacity(pairs.underestimatedCount)
        for (key, value) in pairs { self[key] = value }
    }

    /// Creates an object from keys and values; a repeated key keeps its first place and its last value.
    ///
    /// - Parameter pairs: The keys and values in order.
    @_disfavoredOverload
    public init(_ pairs: some Sequence<(key: String, value: JSONValue)>) {
        self.init()
        entries.reserveCapacity(pairs.underestimatedCount)
        for (key, value) in pairs { self[key] = value }
    }

    /// Creates an object from entries known to have distinct keys.
    init(distinct entries: [Entry], index: JSONKeyIndex) {
        self.entries = entries
        self.index = index
    }

    /// The value under a key.
    ///
    /// Setting a present key keeps its place, setting a new key appends it, and setting `nil` removes it.
    ///
    /// - Parameter key: The key.
    /// - Returns: The value, or `nil` if the key is absent.
    public subscript(key: String) -> JSONValue? {
        get { position(of: key).map { entries[$0].value } }
        set {
            guard let newValue else {
                removeValue(forKey: key)
                return
            }
            if let position = position(of: key) {
                entries[position].value = newValue
            } else {
                append(key, newValue)
            }
        }
    }

    /// The keys in order.
    public var keys: [String] { entries.map(\.key) }

    /// The values in the order of their keys.
    public var values: [JSONValue] { entries.map(\.value) }

    /// Whether a key is present.
    ///
    /// - Parameter key: The key to look for.
    /// - Returns: `true` if the key has a value, `null` included.
    public func contains(_ key: String) -> Bool { position(of: key) != nil }

    /// Removes a key, keeping the order of the others.
    ///
    /// - Parameter key: The key to remove.
    /// - Returns: The value it had, or `nil` if it was absent.
    @discardableResult
    public mutating func removeValue(forKey key: String) -> JSONValue? {
        guard let position = position(of: key) else { return nil }
        let removed = entries.remove(at: position)
        index.reset()
        if entries.count > Self.linearLimit { buildIndex() }
        return removed.value
    }

    /// Takes over all keys of another object; its values replace present ones in place.
    ///
    /// - Parameter other: The object whose values win.
    public mutating func merge(_ other: JSONObject) {
        if entries.isEmpty {
            self = other
            return
        }
        for entry in other.entries { self[entry.key] = entry.value }
    }

    /// Returns this object with all keys of another taken over.
    ///
    /// - Parameter other: The object whose values win.
    /// - Returns: The merged object.
    public func merging(_ other: JSONObject) -> JSONObject {
        var merged = self
        merged.merge(other)
        return merged
    }

    /// Makes room for a number of keys.
    ///
    /// - Parameter minimumCapacity: The number of keys to hold without another allocation.
    public mutating func reserveCapacity(_ minimumCapacity: Int) {
        entries.reserveCapacity(minimumCapacity)
    }

    private func position(of key: String) -> Int? {
        entries.withUnsafeBufferPointer { index.position(of: key, in: $0) }
    }

    private mutating func append(_ key: String, _ value: JSONValue) {
        entries.append(Entry(key: key, value: value))
        if index.isBuilt {
            entries.withUnsafeBufferPointer { index.insertLast(of: $0) }
        } else if entries.count > Self.linearLimit {
            buildIndex()
        }
    }

    private mutating func buildIndex() {
        entries.withUnsafeBufferPointer { index.build(for: $0) }
    }
}
