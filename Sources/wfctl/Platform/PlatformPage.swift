import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// How much of a list is shown.
struct PageOptions: ParsableArguments {
    @Option(help: "How many at most, from 1 to 10000; by default 100.")
    var limit: Int?

    @Option(help: "Where to go on.")
    var cursor: String?

    func validate() throws {
        guard (1...10_000).contains(limit ?? 1) else { throw ValidationError("--limit is from 1 to 10000.") }
    }
}

/// A part of a list of a platform.
struct PlatformPage {
    private static let most = 100

    let items: [JSONValue]
    /// Where it goes on; `nil` at the end.
    let next: String?

    /// The document for programs, as the platform would send it.
    var json: JSONValue { ["data": .array(items), "next_cursor": next.map { .string($0) } ?? .null] }

    /// Reads a list.
    ///
    /// - Parameters:
    ///   - path: The path of the list.
    ///   - subject: What the list belongs to, for the message when that is not there.
    ///   - options: How much is wanted.
    ///   - limit: How much is wanted when nothing is said.
    ///   - filters: What the platform leaves out.
    /// - Throws: ``CommandFailure``.
    static func read(
        _ client: PlatformClient, _ path: String, _ subject: String, _ options: PageOptions,
        limit: Int = 100, filters: QueryText = QueryText()
    ) async throws -> PlatformPage {
        let limit = options.limit ?? limit
        var (items, next): ([JSONValue], String?) = ([], options.cursor)
        repeat {
            let (page, cursor) = try await part(
                client, path, filters, subject, cursor: next, size: min(most, limit - items.count))
            items += page
            next = cursor
        } while next != nil && items.count < limit
        return PlatformPage(items: items, next: next)
    }

    /// Reads a whole list.
    static func all(
        _ client: PlatformClient, _ path: String, _ subject: String, filters: QueryText = QueryText()
    ) async throws -> [JSONValue] {
        var (all, next): ([JSONValue], String?) = ([], nil)
        repeat {
            let (page, cursor) = try await part(client, path, filters, subject, cursor: next, size: most)
            all += page
            next = cursor
        } while next != nil
        return all
    }

    private static func part(
        _ client: PlatformClient, _ path: String, _ filters: QueryText, _ subject: String, cursor: String?, size: Int
    ) async throws -> (items: [JSONValue], next: String?) {
        var query = filters
        query.add("page_size", "\(size)")
        query.add("cursor", cursor)
        let answer = try await client.send("GET", path + query.text)
        guard let items = try answer.data(subject).arrayValue else {
            throw answer.notUnderstood("the answer is no list")
        }
        return (items, try answer.json()["next_cursor"]?.stringValue)
    }

    /// Writes it.
    ///
    /// - Parameters:
    ///   - none: What is said when it is empty.
    ///   - columns: The columns of the table for people.
    func write(_ output: OutputOptions, none: String, _ columns: [ShownField]) {
        if items.isEmpty, output.output == .table { return Console.note(none) }
        output.write(json) { TextTable(items, columns).lines(width: $0, style: $1) }
        tellOfMore(output)
    }

    /// Says that the list goes on, when a person reads it.
    func tellOfMore(_ output: OutputOptions) {
        if let next, output.output == .table { Console.note("There are more: --cursor \(next)") }
    }
}

extension JSONObject {
    /// The texts that were given.
    init(given texts: (name: String, value: String?)...) {
        self.init(texts.compactMap { name, value in value.map { (name, JSONValue.string($0)) } })
    }
}

extension JSONValue {
    /// A member for people: texts and whole numbers; empty when it is not there.
    func shown(_ key: String) -> String {
        self[key]?.stringValue ?? self[key]?.intValue.map(String.init) ?? ""
    }
}
