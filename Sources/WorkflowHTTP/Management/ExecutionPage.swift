import WorkflowCore

/// The newest records of several workflows, as far as all of them have been looked at.
struct ExecutionPage: Sendable {
    let limit: Int
    private var records: [(id: String, record: JSONValue)] = []
    /// Of older runs, not all are known.
    private var floor = ""

    init(limit: Int) {
        self.limit = limit
    }

    mutating func add(_ record: JSONValue) {
        records.append((record["id"]?.stringValue ?? "", record))
    }

    /// Says that a workflow may have more runs before this one.
    mutating func cut(after id: String) {
        floor = max(floor, id)
    }

    /// The records, newest first, and where to go on.
    var result: (records: [JSONValue], next: String?) {
        let sorted = records.filter { $0.id >= floor }.sorted { $0.id > $1.id }
        let page = sorted.prefix(limit)
        let next = sorted.count > limit ? page.last?.id : (floor.isEmpty ? nil : floor)
        return (page.map(\.record), next)
    }
}
