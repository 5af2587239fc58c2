/// The names of members whose values nobody may see.
enum SecretNames {
    /// Parts of names, in lower case and without signs between words.
    private static let parts = [
        "password", "passwd", "passphrase", "secret", "token", "authorization", "apikey", "accesskey", "privatekey",
        "credential", "cookie", "cardnumber", "creditcard", "securitycode",
    ]
    private static let names: Set<String> = ["auth", "pwd", "pin", "otp", "totp", "cvc", "cvv", "cvv2", "ssn", "pan"]

    /// Whether the value of a member of this name is left out.
    static func contains(_ name: String) -> Bool {
        let plain = name.lowercased().filter { $0 != "_" && $0 != "-" && $0 != " " && $0 != "." }
        return names.contains(plain) || parts.contains { plain.contains($0) }
    }

    /// Whether a text is what programs sign in with.
    static func isCredential(_ text: String) -> Bool {
        let start = text.prefix(8).lowercased()
        return start.hasPrefix("bearer ") || start.hasPrefix("basic ") || text.contains("-----BEGIN ")
    }
}

/// Numbers of payment cards.
enum CardNumber {
    private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")

    /// Whether a text holds 14 to 19 digits, perhaps in groups, whose check digit is right (ISO/IEC 7812).
    static func occurs(in text: String) -> Bool {
        // Most texts are shorter, or hold no digits in a row.
        guard text.utf8.count >= 14 else { return false }
        var run: [UInt8] = []
        var gap = 0
        for byte in text.utf8 {
            if digits.contains(byte) {
                run.append(byte - digits.lowerBound)
                gap = 0
            } else if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-"), gap == 0, !run.isEmpty {
                gap = 1
            } else {
                if isNumber(run) { return true }
                run.removeAll(keepingCapacity: true)
                gap = 0
            }
        }
        return isNumber(run)
    }

    private static func isNumber(_ run: [UInt8]) -> Bool {
        guard (14...19).contains(run.count), let first = run.first, (2...6).contains(first) else { return false }
        var sum = 0
        for (index, digit) in run.reversed().enumerated() {
            let value = Int(digit) * (index % 2 == 0 ? 1 : 2)
            sum += value > 9 ? value - 9 : value
        }
        return sum % 10 == 0
    }
}
