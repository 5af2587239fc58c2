/// One row of a result, valid only while the closure that received it runs.
///
/// Columns count from 0. Reading a column as another type than it holds gives the empty value of that type.
public protocol SQLRow {
    /// Whether a column is null.
    func isNull(_ column: Int) -> Bool
    /// The integer in a column.
    func integer(_ column: Int) -> Int64
    /// The text in a column.
    func text(_ column: Int) -> String
    /// Calls `body` with the UTF-8 bytes of the text in a column, without copying them.
    func withUTF8<Result>(_ column: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result
}
