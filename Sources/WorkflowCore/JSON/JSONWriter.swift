/// Writes compact JSON.
enum JSONWriter {
    /// Appends a value.
    static func write(_ value: JSONValue, to buffer: inout [UInt8]) {
        switch value {
        case .array(let elements):
            buffer.append(UInt8(ascii: "["))
            var isFirst = true
            for element in elements {
                if !isFirst { buffer.append(UInt8(ascii: ",")) }
                isFirst = false
                write(element, to: &buffer)
            }
            buffer.append(UInt8(ascii: "]"))
        case .object(let object):
            buffer.append(UInt8(ascii: "{"))
            var isFirst = true
            for entry in object.entries {
                if !isFirst { buffer.append(UInt8(ascii: ",")) }
                isFirst = false
                writeString(entry.key, to: &buffer)
                buffer.append(UInt8(ascii: ":"))
                write(entry.value, to: &buffer)
            }
            buffer.append(UInt8(ascii: "}"))
        default:
            writeScalar(value, to: &buffer)
        }
    }

    /// Appends a value that is neither array nor object.
    static func writeScalar(_ value: JSONValue, to buffer: inout [UInt8]) {
        switch value {
        case .bool(let flag):
            append(flag ? "true" : "false", to: &buffer)
        case .integer(let number):
            writeInteger(number, to: &buffer)
        case .double(let number) where number.isFinite:
            buffer.append(contentsOf: number.description.utf8)
        case .decimal(let text):
            buffer.append(contentsOf: text.utf8)
        case .string(let text):
            writeString(text, to: &buffer)
        default:
            append("null", to: &buffer)
        }
    }

    /// Appends a string with quotes and escapes.
    static func writeString(_ text: String, to buffer: inout [UInt8]) {
        let written: Void? = text.utf8.withContiguousStorageIfAvailable { utf8 in
            writeString(UnsafeRawBufferPointer(utf8), to: &buffer)
        }
        if written == nil { [UInt8](text.utf8).withUnsafeBytes { writeString($0, to: &buffer) } }
    }

    private static func writeString(_ utf8: UnsafeRawBufferPointer, to buffer: inout [UInt8]) {
        buffer.append(UInt8(ascii: "\""))
        var chunk = 0
        var ignored = false
        while true {
            let stop = JSONByteScan.firstSpecial(from: chunk, in: utf8, sawHighBit: &ignored)
            buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: utf8[chunk..<stop]))
            guard stop < utf8.count else { break }
            writeEscape(of: utf8[stop], to: &buffer)
            chunk = stop + 1
        }
        buffer.append(UInt8(ascii: "\""))
    }

    private static func writeEscape(of byte: UInt8, to buffer: inout [UInt8]) {
        buffer.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: buffer.append(UInt8(ascii: "b"))
        case 0x09: buffer.append(UInt8(ascii: "t"))
        case 0x0A: buffer.append(UInt8(ascii: "n"))
        case 0x0C: buffer.append(UInt8(ascii: "f"))
        case 0x0D: buffer.append(UInt8(ascii: "r"))
        case 0x22, 0x5C: buffer.append(byte)
        default:
            append(byte < 0x10 ? "u000" : "u001", to: &buffer)
            let low = byte & 0x0F
            buffer.append(low + (low < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10))
        }
    }

    private static func writeInteger(_ number: Int64, to buffer: inout [UInt8]) {
        let longest = 20
        withUnsafeTemporaryAllocation(byteCount: longest, alignment: 1) { digits in
            var magnitude = number.magnitude
            var start = longest
            repeat {
                let (quotient, remainder) = magnitude.quotientAndRemainder(dividingBy: 10)
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: remainder)
                magnitude = quotient
            } while magnitude > 0
            if number < 0 {
                start -= 1
                digits[start] = UInt8(ascii: "-")
            }
            buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: digits[start...]))
        }
    }

    private static func append(_ literal: StaticString, to buffer: inout [UInt8]) {
        buffer.append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }
}
