import WorkflowCore
import WorkflowTesting

/// Random documents.
extension SeededGenerator {
    /// A random document.
    ///
    /// - Parameters:
    ///   - depth: How deep it may nest.
    ///   - decimals: Whether decimals may occur, and doubles that other writers spell as a long integer.
    mutating func value(depth: Int = 4, decimals: Bool = true) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 10 : 7), using: &self) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &self))
        case 2: return .integer(Int64(bitPattern: next() >> UInt64.random(in: 0...63, using: &self)))
        case 3: return .integer(-Int64.random(in: 0...1_000_000, using: &self))
        case 4: return number(decimals: decimals)
        case 5, 6: return .string(text())
        case 7:
            let count = Int.random(in: 0...6, using: &self)
            return .array((0..<count).map { _ in value(depth: depth - 1, decimals: decimals) })
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0...18, using: &self) {
                object[text()] = value(depth: depth - 1, decimals: decimals)
            }
            return .object(object)
        }
    }

    /// A random text of up to 24 characters, some of them in need of escapes.
    mutating func text() -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...24, using: &self) {
            let limit: UInt32 = [0x80, 0x80, 0x80, 0x20, 0x800, 0x11_0000].randomElement(using: &self) ?? 0x80
            text.unicodeScalars.append(Unicode.Scalar(UInt32.random(in: 0..<limit, using: &self)) ?? "-")
        }
        return text
    }

    private mutating func number(decimals: Bool) -> JSONValue {
        let choice = Int.random(in: 0..<(decimals ? 3 : 2), using: &self)
        if choice == 2 { return .decimal("\(next())\(next())\(next()).5e\(Int.random(in: -900...900, using: &self))") }
        let number = choice == 0 ? Double.random(in: -1e6...1e6, using: &self) : Double(bitPattern: next())
        let isPortable = number.isFinite && (decimals || abs(number) < 1e15)
        return .double(isPortable ? number : 0.5)
    }
}
