#if JavaScript
/// Writes the fields of a frame's payload.
struct ScriptPayloadWriter {
    private(set) var bytes: [UInt8] = []

    mutating func number(_ value: Int) {
        withUnsafeBytes(of: Int64(value)) { bytes.append(contentsOf: $0) }
    }

    mutating func text(_ value: some Collection<UInt8>) {
        number(value.count)
        bytes.append(contentsOf: value)
        // A zero byte, so that the reader can hand the text to C without a copy.
        bytes.append(0)
    }

    mutating func text(_ value: String) {
        var value = value
        value.withUTF8 { text($0) }
    }
}

/// Reads the fields of a frame's payload in the order in which they were written. What is not there reads as zero or empty.
struct ScriptPayloadReader {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    mutating func number() -> Int {
        guard bytes.count - offset >= 8 else { return 0 }
        defer { offset += 8 }
        return Int(bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self))
    }

    /// The bytes of a text without the zero byte that follows them.
    mutating func textBytes() -> UnsafeRawBufferPointer {
        let count = number()
        guard count >= 0, count < bytes.count - offset else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        defer { offset += count + 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + count)])
    }

    mutating func text() -> String {
        String(decoding: textBytes(), as: UTF8.self)
    }
}
#endif
