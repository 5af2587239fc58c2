/// The positions of an object's keys by hash, built only for objects too large to search in line.
struct JSONKeyIndex: Sendable {
    /// Open-addressed table of positions plus one; zero is free. Its size is a power of two, or zero if not built.
    private var slots: [Int32] = []

    var isBuilt: Bool { !slots.isEmpty }

    /// Finds a key, by the table if it is built and one by one otherwise.
    func position(of key: String, in entries: UnsafeBufferPointer<JSONObject.Entry>) -> Int? {
        guard isBuilt else {
            for position in entries.indices where Self.matches(entries[position].key, key) { return position }
            return nil
        }
        let mask = slots.count - 1
        var slot = Self.hash(key) & mask
        while slots[slot] != 0 {
            let position = Int(slots[slot]) - 1
            if Self.matches(entries[position].key, key) { return position }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// Builds the table for entries with distinct keys.
    mutating func build(for entries: UnsafeBufferPointer<JSONObject.Entry>) {
        var size = 32
        while size < entries.count * 3 { size *= 2 }
        slots = [Int32](repeating: 0, count: size)
        for position in entries.indices { place(position, entries[position].key) }
    }

    /// Adds the last entry, which the table does not know yet.
    mutating func insertLast(of entries: UnsafeBufferPointer<JSONObject.Entry>) {
        guard let last = entries.last else { return }
        if entries.count * 2 > slots.count {
            build(for: entries)
        } else {
            place(entries.count - 1, last.key)
        }
    }

    /// Forgets the table.
    mutating func reset() { slots = [] }

    private mutating func place(_ position: Int, _ key: String) {
        let mask = slots.count - 1
        var slot = Self.hash(key) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = Int32(truncatingIfNeeded: position + 1)
    }

    /// Whether two keys have the same bytes, which `String` equality, being canonical, does not tell.
    @inline(__always)
    static func matches(_ lhs: String, _ rhs: String) -> Bool {
        guard lhs.utf8.count == rhs.utf8.count else { return false }
        return sameBytes(lhs, rhs)
    }

    private static func sameBytes(_ lhs: String, _ rhs: String) -> Bool {
        let answer = lhs.utf8.withContiguousStorageIfAvailable { left in
            rhs.utf8.withContiguousStorageIfAvailable { right in
                sameBytes(UnsafeRawBufferPointer(left), UnsafeRawBufferPointer(right))
            }
        }
        return (answer ?? nil) ?? lhs.utf8.elementsEqual(rhs.utf8)
    }

    private static func sameBytes(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        var offset = 0
        while offset + 8 <= left.count {
            let a = left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let b = right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            guard a == b else { return false }
            offset += 8
        }
        while offset < left.count {
            guard left[offset] == right[offset] else { return false }
            offset += 1
        }
        return true
    }

    private static func hash(_ key: String) -> Int {
        var hasher = Hasher()
        let hashed: Void? = key.utf8.withContiguousStorageIfAvailable { bytes in
            hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
        }
        if hashed == nil { for byte in key.utf8 { hasher.combine(byte) } }
        return hasher.finalize()
    }
}
