import WorkflowCore

/// What can be told of a statement without a database: its first word, the names in it, and its placeholders.
///
/// Texts between quotes count as names as well, since databases take some of them for names.
struct SQLText: Sendable, Hashable {
    /// A part of a statement that integrations cannot use.
    struct Problem: Error, Hashable {
        let message: String
        var suggestion: String?
    }

    let sql: String
    /// The first word in capitals.
    private(set) var verb = ""
    /// Everything that may be a name, in lower case.
    private(set) var names: Set<String> = []
    /// The highest number of a placeholder.
    private(set) var placeholders = 0

    /// Reads a single statement.
    ///
    /// - Parameter sql: The statement; a semicolon may end it.
    /// - Throws: ``Problem``.
    init(_ sql: String) throws(Problem) {
        var scanner = SQLScanner(sql)
        var end: Int?
        while let token = try scanner.next() {
            if end != nil { throw Problem(message: "only one statement can be run at once") }
            switch token {
            case .word(let word):
                if verb.isEmpty { verb = word.uppercased() }
                names.insert(word.lowercased())
            case .quoted(let text): names.insert(text.lowercased())
            case .placeholder(let number): placeholders = max(placeholders, number)
            case .end(let position): end = position
            case .other: break
            }
        }
        self.sql = end.map { String(decoding: sql.utf8.prefix($0), as: UTF8.self) } ?? sql
    }

    /// What keeps the statement from being run, or `nil`.
    ///
    /// - Parameters:
    ///   - verbs: What it may begin with.
    ///   - reserved: The names, in lower case, that it must not have in it.
    func problem(verbs: [String], reserved: Set<String>) -> Problem? {
        guard verbs.contains(verb) else {
            return Problem(
                message: "a statement that begins with \"\(verb)\" cannot be run here",
                suggestion: "it begins with \(verbs.joined(separator: ", "))")
        }
        guard !names.contains("rollback") else {
            return Problem(message: "a statement must not end the transaction that others share", suggestion: nil)
        }
        return Self.problem(names: names, reserved: reserved)
    }

    /// What is wrong with names in a statement, or `nil`.
    static func problem(names: Set<String>, reserved: Set<String>) -> Problem? {
        let hidden = names.filter {
            reserved.contains($0) || $0.hasPrefix("sqlite_") || $0.hasPrefix("pragma_") || $0 == "dbstat"
        }
        return hidden.min().map { name in
            Problem(
                message: "\"\(name)\" belongs to the engine and cannot be used in statements",
                suggestion: "give tables and columns other names, and pass texts as args")
        }
    }
}

/// A name of a table or a column.
enum SQLIdentifier {
    private static let longest = 63

    /// The name between quotes; `nil` when it is no plain name.
    static func quoted(_ name: String) -> String? {
        let bytes = name.utf8
        guard let first = bytes.first, bytes.count <= longest, isLetter(first),
            bytes.allSatisfy({ isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return "\"\(name)\""
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
