extension JSONValue {
    /// Appends the value as compact JSON.
    ///
    /// A double that is not finite is written as `null`, since JSON has no text for it.
    ///
    /// - Parameter buffer: The bytes to append to.
    public func write(to buffer: inout [UInt8]) {
        JSONWriter.write(self, to: &buffer)
    }

    /// The value as the UTF-8 bytes of compact JSON.
    public func jsonBytes() -> [UInt8] {
        var buffer: [UInt8] = []
        buffer.reserveCapacity(256)
        write(to: &buffer)
        return buffer
    }

    /// The value as JSON text.
    ///
    /// - Parameters:
    ///   - pretty: Whether to put each element on its own line, indented by two spaces.
    ///   - sortedKeys: Whether to order keys by their bytes rather than as they were inserted.
    /// - Returns: The text.
    public func jsonString(pretty: Bool = false, sortedKeys: Bool = false) -> String {
        guard pretty || sortedKeys else { return String(decoding: jsonBytes(), as: UTF8.self) }
        var writer = JSONFormattedWriter(pretty: pretty, sortedKeys: sortedKeys)
        writer.write(self)
        return String(decoding: writer.buffer, as: UTF8.self)
    }

    /// Appends a text as a JSON string, with quotes and escapes.
    ///
    /// - Parameters:
    ///   - text: The text to write.
    ///   - buffer: The bytes to append to.
    public static func writeString(_ text: String, to buffer: inout [UInt8]) {
        JSONWriter.writeString(text, to: &buffer)
    }
}
