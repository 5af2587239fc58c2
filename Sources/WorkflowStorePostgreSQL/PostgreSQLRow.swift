#if PostgreSQL
import CLibPQ
import WorkflowStore

/// A row of a result.
struct PostgreSQLRow: SQLRow {
    let result: OpaquePointer
    let index: Int32

    func isNull(_ column: Int) -> Bool { PQgetisnull(result, index, Int32(column)) != 0 }

    func integer(_ column: Int) -> Int64 {
        withUTF8(column) { bytes in
            var value: Int64 = 0
            let isNegative = bytes.first == UInt8(ascii: "-")
            for byte in bytes.dropFirst(isNegative ? 1 : 0) {
                guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { break }
                // Counted downwards, since the smallest number has no positive counterpart.
                value = value &* 10 &- Int64(byte - UInt8(ascii: "0"))
            }
            return isNegative ? value : 0 &- value
        }
    }

    func text(_ column: Int) -> String { withUTF8(column) { String(decoding: $0, as: UTF8.self) } }

    func withUTF8<Result>(_ column: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(
            UnsafeRawBufferPointer(
                start: PQgetvalue(result, index, Int32(column)), count: Int(PQgetlength(result, index, Int32(column)))))
    }
}
#endif
