import WorkflowStore

/// Finds the things of one level that roles reach, whatever the roles are on.
struct ReachedRows<Item: Sendable>: Sendable {
    private let level: ResourceLevel
    private let selection: String
    private let read: @Sendable (RowReader) throws -> Item
    private let key: @Sendable (Item) -> String

    /// - Parameters:
    ///   - level: The level of the things.
    ///   - columns: The columns of their table, as `read` wants them.
    ///   - key: The identifier of a thing.
    init(
        _ level: ResourceLevel, _ table: String, _ columns: String,
        key: @escaping @Sendable (Item) -> String, read: @escaping @Sendable (RowReader) throws -> Item
    ) {
        (self.level, self.key, self.read) = (level, key, read)
        selection = "SELECT \(Self.qualified(columns)) FROM \(table) w WHERE w."
    }

    /// Columns of the row `w`.
    static func qualified(_ columns: String) -> String {
        columns.split(separator: ", ").map { "w.\($0)" }.joined(separator: ", ")
    }

    /// The things that roles reach, newest first.
    ///
    /// - Parameters:
    ///   - grants: The roles. One on something further down shows nothing of what that lies in.
    ///   - filter: What is wanted.
    func page(
        _ grants: [Grant], _ filter: NameFilter, _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Page<Item> {
        try merged(grants, page) { try rows($0.level, $0.resource, filter, page, connection) }
    }

    /// What is found for each role, each thing once.
    func merged(_ grants: [Grant], _ page: PageRequest, _ find: (Grant) throws -> [Item]) rethrows -> Page<Item> {
        var found: [String: Item] = [:]
        for grant in grants {
            for item in try find(grant) { found[key(item)] = item }
        }
        let newest = found.values.sorted { key($0) > key($1) }.prefix(page.limit + 1)
        return Page(Array(newest), limit: page.limit, key: key)
    }

    /// The things that lie in something, or are it, and one more than wanted.
    func rows(
        _ place: ResourceLevel, _ resource: String, _ filter: NameFilter, _ page: PageRequest,
        _ connection: any SQLConnection
    ) throws -> [Item] {
        guard place <= level else { return [] }
        let column = place == level ? "id" : "\(place.rawValue)_id"
        return try connection.all(
            SQLStatement("\(selection)\(column) = ?\(filter.condition) AND w.id < ? ORDER BY w.id DESC LIMIT ?"),
            [.text(resource)] + filter.arguments + page.arguments, read)
    }
}

extension PageRequest {
    /// Where a query begins, and its limit.
    var arguments: [SQLValue] { [.text(cursor.key), .integer(Int64(limit + 1))] }
}
