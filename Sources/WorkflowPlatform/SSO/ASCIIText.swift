/// Compares e-mail addresses that prove something.
enum ASCIIText {
    /// Whether two texts are the same but for upper and lower case of A to Z. Addresses are looked up more generously,
    /// by rules under which a sign that only looks like a letter may become that letter.
    static func isSame(_ left: String, _ right: String) -> Bool {
        left.utf8.elementsEqual(right.utf8) { lowercased($0) == lowercased($1) }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
