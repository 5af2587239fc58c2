/// The names of members whose values nobody may see.
enum SecretNames {
    /// Parts of names, in lower case and without signs between words.
    private static let parts = [
        "password", "passwd", "passphrase", "secret", "token", "authorization", "apikey", "accesskey", "privatekey",
        "credential", "cookie", "cardnumber", "creditcard", "securitycode",
    ].map { Array($0.utf8) }
    private static let names = Set(
        ["auth", "pwd", "pin", "otp", "totp", "cvc", "cvv", "cvv2", "ssn", "pan"].map { Array($0.utf8) })

    /// Whether the value of a member of this name is left out.
    static func contains(_ name: String) -> Bool {
        var plain: [UInt8] = []
        plain.reserveCapacity(name.utf8.count)
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): plain.append(byte | 0x20)
            case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: " "), UInt8(ascii: "."): break
            default: plain.append(byte)
            }
        }
        return plain.count <= 4 ? names.contains(plain) : parts.contains { Bytes.contain($0, in: plain) }
    }
}

/// Texts that are secret whatever they are called.
enum SecretTexts {
    private static let bearer = Array("bearer ".utf8)
    private static let key = Array("-----BEGIN ".utf8)
    private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")

    /// Whether a text is what programs sign in with, has a key in it, or the number of a payment card.
    static func isSecret(_ text: String) -> Bool {
        guard text.utf8.count >= 7 else { return false }
        var text = text
        return text.withUTF8 { bytes in
            let isToken = bytes.prefix(7).map { $0 | 0x20 } == bearer && !bytes.dropFirst(7).contains(bearer[6])
            return isToken || bytes.count >= 14 && (hasCardNumber(bytes) || Bytes.contain(key, in: bytes))
        }
    }

    /// Whether there are 14 to 19 digits, perhaps in groups, whose check digit is right (ISO/IEC 7812).
    private static func hasCardNumber(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var run: [UInt8] = []
        var isGap = false
        for byte in bytes {
            if digits.contains(byte) {
                run.append(byte - digits.lowerBound)
                isGap = false
            } else if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-"), !isGap, !run.isEmpty {
                isGap = true
            } else if !run.isEmpty {
                if isCardNumber(run) { return true }
                run.removeAll(keepingCapacity: true)
                isGap = false
            }
        }
        return isCardNumber(run)
    }

    private static func isCardNumber(_ run: [UInt8]) -> Bool {
        guard (14...19).contains(run.count), let first = run.first, (2...6).contains(first) else { return false }
        var sum = 0
        for (index, digit) in run.reversed().enumerated() {
            let value = Int(digit) * (index % 2 == 0 ? 1 : 2)
            sum += value > 9 ? value - 9 : value
        }
        return sum % 10 == 0
    }
}

/// Looks for bytes in bytes. Texts have nothing for it that is quick with short ones.
private enum Bytes {
    static func contain(_ part: [UInt8], in bytes: some RandomAccessCollection<UInt8>) -> Bool {
        guard let first = part.first, bytes.count >= part.count else { return false }
        var place = bytes.startIndex
        let end = bytes.index(bytes.endIndex, offsetBy: 1 - part.count)
        while place < end {
            if bytes[place] == first, bytes[place...].starts(with: part) { return true }
            bytes.formIndex(after: &place)
        }
        return false
    }
}
