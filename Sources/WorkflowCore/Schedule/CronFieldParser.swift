/// Compiles one field of a cron expression into a bit mask.
///
/// Bit `n` stands for the value `n`. The day fields have more bits, see ``CronDays``.
struct CronFieldParser {
    /// The bits of the values.
    private(set) var mask: UInt64 = 0
    /// Whether the field begins with `*` (or `?`); it is not *restricted* in the sense of crontab(5).
    let hasWildcard: Bool

    private let field: CronField
    private let source: String

    /// Reads a field.
    ///
    /// - Parameters:
    ///   - text: The field.
    ///   - field: Which one it is.
    ///   - source: The whole expression, which `text` is a part of, for the columns of errors.
    init(_ text: Substring, field: CronField, in source: String) throws(ScheduleError) {
        self.field = field
        self.source = source
        hasWildcard = text.first == "*" || text.first == "?"
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard !item.isEmpty else { throw error("\(field.name) has an empty entry in its list", at: item) }
            try addItem(item)
        }
    }

    private mutating func addItem(_ item: Substring) throws(ScheduleError) {
        if field == .dayOfMonth, addSpecialDay(item) { return }
        if field == .dayOfWeek, try addSpecialWeekday(item) { return }
        let parts = item.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let step = parts.count > 1 ? try step(parts[1]) : nil
        let range = try range(parts[0], hasStep: step != nil)
        for value in stride(from: range.lowerBound, through: range.upperBound, by: step ?? 1) {
            mask |= 1 << UInt64(field == .dayOfWeek ? value % 7 : value)
        }
    }

    private func range(_ text: Substring, hasStep: Bool) throws(ScheduleError) -> ClosedRange<Int> {
        if text == "*" || text == "?" && field.selectsDays {
            return field.range.lowerBound...field.last
        }
        let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        var first = try value(ends[0])
        var last = ends.count > 1 ? try value(ends[1]) : hasStep ? field.last : first
        if field == .dayOfWeek {
            if first == 7 { (first, last) = (0, last == 7 ? 0 : last) }
            if last < first { last += 7 }
        }
        guard first <= last else {
            throw error(
                "\(field.name) range \(text) runs backwards", at: text,
                suggestion: "write \(first)-\(field.last),\(field.range.lowerBound)-\(last) to wrap around")
        }
        return first...last
    }

    private func step(_ text: Substring) throws(ScheduleError) -> Int {
        guard Self.isNumber(text), let step = Int(text), (1...field.count).contains(step) else {
            throw error(
                "\(field.name) step \"\(text)\" is not a number from 1 to \(field.count)", at: text,
                suggestion: "for an interval that is no part of the field write @every, such as @every 90m")
        }
        return step
    }

    private func value(_ text: Substring) throws(ScheduleError) -> Int {
        if Self.isNumber(text) {
            if let value = Int(text), field.range.contains(value) { return value }
            throw error(
                "\(field.name) \(text) is out of range \(field.range.lowerBound)-\(field.range.upperBound)", at: text)
        }
        let name = text.uppercased()
        if let index = field.names.firstIndex(of: name) { return field.range.lowerBound + index }
        var suggestion = Suggestion.text(for: name, among: field.names, what: "names")
        if name == "L", field == .dayOfWeek { suggestion = "write FRIL for the last Friday of the month" }
        throw error("\"\(text)\" is not a \(field.name)", at: text, suggestion: suggestion)
    }

    /// Adds `L`, `LW` or `15W`.
    private mutating func addSpecialDay(_ item: Substring) -> Bool {
        switch item.uppercased() {
        case "L": mask |= CronDays.lastDay
        case "LW": mask |= CronDays.lastWorkday
        case let name where name.hasSuffix("W"):
            guard Self.isNumber(item.dropLast()), let day = Int(item.dropLast()), field.range.contains(day) else {
                return false
            }
            mask |= CronDays.nearestWorkday(to: day)
        default: return false
        }
        return true
    }

    /// Adds `5L`, `FRIL`, `5#2` or `FRI#2`.
    private mutating func addSpecialWeekday(_ item: Substring) throws(ScheduleError) -> Bool {
        if item.count > 1, item.last == "L" || item.last == "l" {
            mask |= CronDays.last(weekday: try value(item.dropLast()) % 7)
            return true
        }
        let parts = item.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count > 1 else { return false }
        guard Self.isNumber(parts[1]), let number = Int(parts[1]), (1...5).contains(number) else {
            throw error("\"\(parts[1])\" is not a number from 1 to 5", at: parts[1])
        }
        mask |= CronDays.weekday(try value(parts[0]) % 7, number: number)
        return true
    }

    private static func isNumber(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    private func error(_ message: String, at text: Substring, suggestion: String? = nil) -> ScheduleError {
        let column = source.distance(from: source.startIndex, to: text.startIndex) + 1
        return ScheduleError(message, field: field.name, position: column, suggestion: suggestion)
    }
}
