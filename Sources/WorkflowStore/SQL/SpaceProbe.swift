/// Finds out whether the database has room for more than small changes, which may fit where others were.
enum SpaceProbe {
    private static let size = 128 * 1024

    /// Writes a large value that cannot be compressed, and takes it back.
    ///
    /// - Throws: ``SQLError`` `.full` when there is no room.
    static func run(_ statements: StoreStatements, on connection: any SQLConnection) throws {
        let name = "probe-\(UInt64.random(in: 0 ... .max))"
        var text: [UInt8] = [UInt8(ascii: "\"")]
        text += (0..<size).map { _ in UInt8.random(in: UInt8(ascii: "a")...UInt8(ascii: "z")) }
        text.append(UInt8(ascii: "\""))
        let place = [SQLValue.text("workflow.health"), .text(name)]
        try connection.execute(statements.setValue, place + [.utf8(text), .null])
        try connection.execute(statements.removeValue, place)
    }
}
