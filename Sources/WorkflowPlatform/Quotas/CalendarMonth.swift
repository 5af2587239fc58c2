import WorkflowCore

/// A month of the calendar, in UTC.
struct CalendarMonth: Sendable, Hashable {
    private let year: Int
    private let month: Int

    /// The month that a time is in.
    init(of time: Timestamp) {
        let parts = time.description.split(separator: "-")
        year = parts.first.flatMap { Int($0) } ?? 1970
        month = parts.dropFirst().first.flatMap { Int($0) } ?? 1
    }

    private init(year: Int, month: Int) {
        self.year = year
        self.month = month
    }

    /// Such as `2026-01`.
    var name: String { "\(Self.digits(year, 4))-\(Self.digits(month, 2))" }

    /// Its first moment.
    var start: Timestamp { Timestamp(rfc3339: "\(name)-01T00:00:00Z") ?? Timestamp(nanoseconds: 0) }

    /// The month behind it.
    var next: CalendarMonth {
        month == 12 ? CalendarMonth(year: year + 1, month: 1) : CalendarMonth(year: year, month: month + 1)
    }

    private static func digits(_ number: Int, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }
}
