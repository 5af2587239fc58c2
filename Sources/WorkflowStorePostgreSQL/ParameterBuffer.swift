#if PostgreSQL
import WorkflowStore

/// The values of one statement in libpq's text format: each ends with a zero byte.
struct ParameterBuffer {
    private var bytes: [CChar] = []
    /// Where each value begins; `nil` for null.
    private var offsets: [Int?] = []

    /// Takes values.
    ///
    /// - Throws: ``SQLError`` `.invalidStatement` for a text with the character NUL, which PostgreSQL cannot keep.
    mutating func fill(_ values: [SQLValue]) throws {
        bytes.removeAll(keepingCapacity: true)
        offsets.removeAll(keepingCapacity: true)
        for value in values {
            switch value {
            case .null:
                offsets.append(nil)
                continue
            case .integer(let number):
                begin()
                bytes.append(contentsOf: String(number).utf8.lazy.map(CChar.init(bitPattern:)))
            case .text(var text):
                begin()
                try text.withUTF8 { try append($0) }
            case .utf8(let text):
                begin()
                try text.withUnsafeBufferPointer { try append($0) }
            }
            bytes.append(0)
        }
    }

    /// Calls `body` with the values.
    func withPointers<Result>(
        _ body: (Int32, UnsafePointer<UnsafePointer<CChar>?>?) throws -> Result
    ) rethrows -> Result {
        try bytes.withUnsafeBufferPointer { buffer in
            let pointers = offsets.map { offset in offset.flatMap { buffer.baseAddress?.advanced(by: $0) } }
            return try pointers.withUnsafeBufferPointer { try body(Int32(pointers.count), $0.baseAddress) }
        }
    }

    private mutating func begin() { offsets.append(bytes.count) }

    private mutating func append(_ text: UnsafeBufferPointer<UInt8>) throws {
        guard !text.contains(0) else {
            throw SQLError(.invalidStatement, "a text holds the character NUL, which PostgreSQL cannot keep")
        }
        bytes.append(contentsOf: text.lazy.map(CChar.init(bitPattern:)))
    }
}
#endif
