#if PostgreSQL
import CLibPQ
import WorkflowStore

/// How a connection is opened: the parameters of a connection string with ours added where it does not say otherwise.
struct ConnectionSettings: Sendable, Hashable {
    /// The schema of our tables; the name is one that needs no quotes.
    private(set) var schema: String
    /// How long a statement may take.
    let statementTimeout: Duration
    /// The names and values for libpq.
    let parameters: [(name: String, value: String)]

    /// Where the database is, for messages; it never holds a password.
    var location: String {
        let host = self["host"] ?? self["hostaddr"] ?? "localhost"
        return "\(host):\(self["port"] ?? "5432")/\(self["dbname"] ?? self["user"] ?? "")"
    }

    private subscript(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    /// Reads a connection string.
    ///
    /// - Parameters:
    ///   - dsn: A URL (`postgres://user:password@host:5432/name?sslmode=require`) or `key=value` pairs, as libpq reads
    ///     them; `schema=name` beside its own keys names the schema of our tables.
    ///   - configuration: The times.
    /// - Throws: ``SQLError`` `.invalidStatement` that says what is wrong, without a password.
    init(dsn: String, _ configuration: PostgreSQLDatabase.Configuration) throws {
        let (text, schema) = Self.withoutSchema(dsn)
        self.schema = schema ?? "workflow"
        statementTimeout = configuration.statementTimeout
        try Self.check(self.schema)
        var given = try Self.parse(text)
        let milliseconds = { (duration: Duration) in String(duration / .milliseconds(1), rounded: true) }
        let session = [
            "-c search_path=\(self.schema),public",
            "-c statement_timeout=\(milliseconds(configuration.statementTimeout))",
            "-c lock_timeout=\(milliseconds(configuration.lockTimeout))",
            "-c idle_in_transaction_session_timeout=\(milliseconds(configuration.idleTransactionTimeout))",
            "-c client_min_messages=warning",
        ]
        given["options"] = (session + [given["options"]].compactMap(\.self)).joined(separator: " ")
        let standards = [
            "application_name": "workflow", "connect_timeout": "5", "keepalives_idle": "10", "keepalives_interval": "3",
            "keepalives_count": "3", "tcp_user_timeout": "10000",
        ]
        given.merge(standards) { first, _ in first }
        given["client_encoding"] = "UTF8"
        parameters = given.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
    }

    /// The same connections, seen from another schema.
    ///
    /// - Throws: ``SQLError`` `.invalidStatement` for a name that needs quotes.
    func with(schema: String) throws -> ConnectionSettings {
        try Self.check(schema)
        var settings = self
        settings.schema = schema
        return settings
    }

    static func == (one: Self, other: Self) -> Bool {
        one.schema == other.schema && one.parameters.elementsEqual(other.parameters, by: ==)
    }

    func hash(into hasher: inout Hasher) {
        for (name, value) in parameters { hasher.combine([name, value]) }
    }

    private static func parse(_ text: String) throws -> [String: String] {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(text, &message) else {
            // The message of libpq may quote the text, and with it the password.
            if let message { PQfreemem(message) }
            throw SQLError(
                .invalidStatement,
                "the DSN cannot be read; write postgres://user:password@host:5432/name or host=… dbname=… user=…")
        }
        defer { PQconninfoFree(options) }
        var given: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { given[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return given
    }

    /// Takes `schema=name` out of a connection string.
    private static func withoutSchema(_ dsn: String) -> (text: String, schema: String?) {
        let isURL = dsn.contains("://")
        let separator: Character = isURL ? "&" : " "
        guard let start = isURL ? dsn.firstIndex(of: "?").map(dsn.index(after:)) : dsn.startIndex else {
            return (dsn, nil)
        }
        var schema: String?
        let parts = dsn[start...].split(separator: separator, omittingEmptySubsequences: false).filter { part in
            guard part.hasPrefix("schema=") else { return true }
            schema = String(part.dropFirst("schema=".count))
            return false
        }
        return (dsn[..<start] + parts.joined(separator: String(separator)), schema)
    }

    private static func check(_ schema: String) throws {
        guard isPlainName(schema) else {
            throw SQLError(
                .invalidStatement, "the schema \"\(schema)\" is not a name of lower-case letters, digits and _")
        }
    }

    private static func isPlainName(_ name: String) -> Bool {
        let letters = Set("abcdefghijklmnopqrstuvwxyz_")
        guard let first = name.first, letters.contains(first), name.utf8.count <= 63 else { return false }
        return name.allSatisfy { letters.contains($0) || ("0"..."9").contains($0) }
    }
}

extension String {
    fileprivate init(_ number: Double, rounded: Bool) { self = String(Int(number.rounded(.up))) }
}
#endif
