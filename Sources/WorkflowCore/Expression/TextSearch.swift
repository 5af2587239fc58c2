/// Finds a text within others, in time that grows with their lengths only (Knuth, Morris and Pratt).
struct TextSearch {
    private let pattern: [UInt8]
    /// For each length of a matching beginning, the length of the longest shorter one that also ends there.
    private let fallbacks: [Int]

    init(_ pattern: String) {
        let bytes = Array(pattern.utf8)
        var fallbacks = [Int](repeating: 0, count: bytes.count + 1)
        var length = 0
        for index in bytes.indices.dropFirst() {
            while length > 0, bytes[index] != bytes[length] { length = fallbacks[length] }
            if bytes[index] == bytes[length] { length += 1 }
            fallbacks[index + 1] = length
        }
        self.pattern = bytes
        self.fallbacks = fallbacks
    }

    /// Whether the text occurs in another; the empty text does in any.
    func isFound(in text: String) -> Bool {
        pattern.isEmpty || !ranges(in: Array(text.utf8), limit: 1).isEmpty
    }

    /// Where the text, which must not be empty, occurs in others, from left to right without overlap.
    func ranges(in text: [UInt8], limit: Int = .max) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var length = 0
        for (index, byte) in text.enumerated() {
            while length > 0, byte != pattern[length] { length = fallbacks[length] }
            if byte == pattern[length] { length += 1 }
            if length == pattern.count {
                found.append(index + 1 - length..<index + 1)
                length = 0
                if found.count == limit { break }
            }
        }
        return found
    }
}
