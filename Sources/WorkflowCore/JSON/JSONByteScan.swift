/// Looks at eight bytes of a string at a time.
enum JSONByteScan {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// Marks, in the high bit of each byte, where a word has a quote, a backslash or a control character.
    ///
    /// Only the lowest mark is reliable, which is all that a search for the first one needs.
    @inline(__always)
    static func marks(_ word: UInt64) -> UInt64 {
        let quotes = word ^ (ones &* 0x22)
        let backslashes = word ^ (ones &* 0x5C)
        let found = ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes)
        return (found | ((word &- (ones &* 0x20)) & ~word)) & highs
    }

    /// Finds the first byte from an offset on that a JSON string cannot hold as it is.
    ///
    /// - Parameters:
    ///   - start: The offset to start from.
    ///   - bytes: The bytes to search.
    ///   - sawHighBit: Set if any byte passed on the way is outside ASCII.
    /// - Returns: The offset of a quote, backslash or control character, or the number of bytes if there is none.
    @inline(__always)
    static func firstSpecial(
        from start: Int,
        in bytes: UnsafeRawBufferPointer,
        sawHighBit: inout Bool
    ) -> Int {
        var offset = start
        var seen: UInt64 = 0
        while offset + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            let marked = marks(word)
            guard marked == 0 else {
                let skipped = marked.trailingZeroBitCount / 8
                let below: UInt64 = (1 << UInt64(skipped * 8)) &- 1
                seen |= word & below
                sawHighBit = sawHighBit || seen & highs != 0
                return offset + skipped
            }
            seen |= word
            offset += 8
        }
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            seen |= UInt64(byte)
            offset += 1
        }
        sawHighBit = sawHighBit || seen & highs != 0
        return offset
    }
}
