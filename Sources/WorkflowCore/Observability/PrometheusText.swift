/// Writes the Prometheus text exposition format, version 0.0.4.
enum PrometheusText {
    /// The value of the `Content-Type` header.
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// Returns the lines with help and type.
    static func header(name: String, help: String, kind: String) -> [UInt8] {
        var bytes: [UInt8] = []
        if !help.isEmpty {
            bytes.append(contentsOf: "# HELP \(name) ".utf8)
            append(escaped: help, quotes: false, to: &bytes)
            bytes.append(newline)
        }
        bytes.append(contentsOf: "# TYPE \(name) \(kind)\n".utf8)
        return bytes
    }

    /// Returns what comes before a value: name, labels and a space.
    static func line(_ name: String, _ labels: [(String, String)]) -> [UInt8] {
        var bytes = Array(name.utf8)
        for (index, label) in labels.enumerated() {
            bytes.append(index == 0 ? UInt8(ascii: "{") : UInt8(ascii: ","))
            bytes.append(contentsOf: label.0.utf8)
            bytes.append(contentsOf: "=\"".utf8)
            append(escaped: label.1, quotes: true, to: &bytes)
            bytes.append(UInt8(ascii: "\""))
        }
        if !labels.isEmpty { bytes.append(UInt8(ascii: "}")) }
        bytes.append(UInt8(ascii: " "))
        return bytes
    }

    /// Appends a value and the end of the line.
    static func append(_ value: Int, to bytes: inout [UInt8]) {
        // The digits of a 64-bit number, a sign and the end of the line.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 22) { digits in
            var start = digits.count - 1
            digits[start] = newline
            var rest = value.magnitude
            repeat {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            if value < 0 {
                start -= 1
                digits[start] = UInt8(ascii: "-")
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[start...]))
        }
    }

    /// Appends a value and the end of the line.
    static func append(_ value: Double, to bytes: inout [UInt8]) {
        if let whole = Int(exactly: value), whole.magnitude < 1 << 53 { return append(whole, to: &bytes) }
        bytes.append(contentsOf: text(value).utf8)
        bytes.append(newline)
    }

    /// Returns a number as the format writes it.
    static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        let text = value.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// Returns text as a metric or label name: characters that may not be in one become `_`.
    static func name(_ text: String, allowsColon: Bool = true) -> String {
        var name = ""
        for character in text.unicodeScalars {
            switch character {
            case "a"..."z", "A"..."Z", "_": name.unicodeScalars.append(character)
            case ":" where allowsColon: name.unicodeScalars.append(character)
            case "0"..."9":
                if name.isEmpty { name = "_" }
                name.unicodeScalars.append(character)
            default: name.unicodeScalars.append("_")
            }
        }
        return name.isEmpty ? "_" : name
    }

    private static let newline = UInt8(ascii: "\n")

    private static func append(escaped text: String, quotes: Bool, to bytes: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
            case newline: bytes.append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\"") where quotes: bytes.append(contentsOf: "\\\"".utf8)
            default: bytes.append(byte)
            }
        }
    }
}
