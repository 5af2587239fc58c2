extension JSONValue {
    /// Reads a value from JSON text in bytes.
    ///
    /// The text must be strict UTF-8 without byte order mark and hold exactly one value.
    ///
    /// - Parameters:
    ///   - bytes: The text; anything with contiguous storage is read in place.
    ///   - options: Limits and choices.
    /// - Throws: ``JSONParsingError`` with the position of the first failure.
    public init(
        parsing bytes: some Sequence<UInt8>,
        options: JSONParsingOptions = .default
    ) throws(JSONParsingError) {
        let inPlace = bytes.withContiguousStorageIfAvailable { Self.parse(UnsafeRawBufferPointer($0), options) }
        if let inPlace {
            self = try inPlace.get()
            return
        }
        let limit = Swift.max(0, Swift.min(options.maximumBytes, Int.max - 1))
        let copy = [UInt8](bytes.prefix(limit + 1))
        self = try copy.withUnsafeBytes { Self.parse($0, options) }.get()
    }

    /// Reads a value from JSON text in a string.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - options: Limits and choices.
    /// - Throws: ``JSONParsingError`` with the position of the first failure.
    public init(parsing text: String, options: JSONParsingOptions = .default) throws(JSONParsingError) {
        try self.init(parsing: text.utf8, options: options)
    }

    /// Reads a value from JSON text in memory.
    ///
    /// - Parameters:
    ///   - bytes: The text; it is not kept.
    ///   - options: Limits and choices.
    /// - Throws: ``JSONParsingError`` with the position of the first failure.
    public init(
        parsing bytes: UnsafeRawBufferPointer,
        options: JSONParsingOptions = .default
    ) throws(JSONParsingError) {
        self = try Self.parse(bytes, options).get()
    }

    private static func parse(
        _ bytes: UnsafeRawBufferPointer,
        _ options: JSONParsingOptions
    ) -> Result<JSONValue, JSONParsingError> {
        var parser = JSONParser(bytes, options: options)
        do {
            return .success(try parser.parseDocument())
        } catch {
            return .failure(error.located(in: bytes))
        }
    }
}
