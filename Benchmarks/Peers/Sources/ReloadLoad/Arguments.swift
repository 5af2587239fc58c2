/// What is wrong with the arguments.
struct ArgumentError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Arguments of the form `--name value`, each as often as one likes.
struct Arguments {
    private var values: [String: [String]] = [:]

    init(_ words: some Collection<String>) throws {
        var words = words.makeIterator()
        while let word = words.next() {
            guard word.hasPrefix("--"), let value = words.next() else {
                throw ArgumentError("expected --name value, found \(word)")
            }
            values[String(word.dropFirst(2)), default: []].append(value)
        }
    }

    /// All values of an argument.
    func all(_ name: String) -> [String] { values[name] ?? [] }

    /// The last value of an argument as a whole number.
    ///
    /// - Throws: ``ArgumentError`` when it is missing and there is no default, or when it is no such number.
    func integer(_ name: String, default fallback: Int? = nil) throws -> Int {
        guard let text = values[name]?.last else {
            guard let fallback else { throw ArgumentError("--\(name) is missing") }
            return fallback
        }
        guard let value = Int(text), value >= 0 else { throw ArgumentError("--\(name) is no number: \(text)") }
        return value
    }
}
