/// Which times of a calendar a job is due at, in the language of crontab(5).
///
/// ```swift
/// let expression = try CronExpression("30 2 * * MON-FRI")
/// let next = expression.next(after: now, in: try TimeZoneDatabase.system.rules(for: "Europe/Berlin"))
/// ```
/// Five fields are minute, hour, day of month, month and day of week; six fields begin with the second.
public struct CronExpression: Sendable, Hashable, CustomStringConvertible {
    /// The expression as it was written.
    public let description: String

    /// Whether the job repeats through the day, so that it follows elapsed time when clocks are changed.
    ///
    /// As in Vixie's cron, that is so when the minute or the hour begins with `*`.
    public let isIntervalLike: Bool

    let seconds: UInt64
    let minutes: UInt64
    let hours: UInt64
    let months: UInt64
    let days: CronDays

    /// The length, in UTF-8, up to which an expression is read.
    static let maximumLength = 256

    private static let nicknames = [
        ("@yearly", "0 0 1 1 *"), ("@annually", "0 0 1 1 *"), ("@monthly", "0 0 1 * *"), ("@weekly", "0 0 * * 0"),
        ("@daily", "0 0 * * *"), ("@midnight", "0 0 * * *"), ("@hourly", "0 * * * *"),
    ]

    /// Compiles an expression.
    ///
    /// - Parameter text: Five or six fields, or a nickname such as `@daily`.
    /// - Throws: ``ScheduleError`` when the text is no expression, or selects dates that never occur.
    public init(_ text: String) throws(ScheduleError) {
        let source = try Self.expanded(text)
        var texts = source.split { $0 == " " || $0 == "\t" }
        guard texts.count == 5 || texts.count == 6 else {
            throw ScheduleError(
                "a cron expression has 5 or 6 fields, not \(texts.count)",
                suggestion: "the fields are: [second] minute hour day-of-month month day-of-week")
        }
        if texts.count == 5 { texts.insert("0", at: 0) }
        var fields: [CronFieldParser] = []
        for (field, text) in zip(CronField.allCases, texts) {
            fields.append(try CronFieldParser(text, field: field, in: source))
        }
        let (dayOfMonth, dayOfWeek) = (fields[3], fields[5])
        description = text
        (seconds, minutes, hours, months) = (fields[0].mask, fields[1].mask, fields[2].mask, fields[4].mask)
        isIntervalLike = fields[1].hasWildcard || fields[2].hasWildcard
        days = CronDays(
            daysOfMonth: dayOfMonth.mask, daysOfWeek: dayOfWeek.mask,
            matchesEither: !dayOfMonth.hasWildcard && !dayOfWeek.hasWildcard)
        guard selectsAnyDay else {
            throw ScheduleError(
                "no date has day of month \(texts[3]), month \(texts[4]) and day of week \(texts[5])",
                field: CronField.dayOfMonth.name,
                position: source.distance(from: source.startIndex, to: texts[3].startIndex) + 1)
        }
    }

    private static func expanded(_ text: String) throws(ScheduleError) -> String {
        guard text.utf8.count <= maximumLength else {
            throw ScheduleError("a cron expression is at most \(maximumLength) bytes long")
        }
        guard text.hasPrefix("@") else { return text }
        if let nickname = nicknames.first(where: { $0.0 == text.lowercased() }) { return nickname.1 }
        let word = String(text.prefix { $0 != " " })
        let known = nicknames.map(\.0) + ["@every 5m"]
        var suggestion = Suggestion.text(for: word, among: known, what: "nicknames")
        if let name = Suggestion.closest(to: word, among: ["@every"]) {
            suggestion = "write an interval as \(name) 30s, \(name) 5m or \(name) 1h30m"
        }
        throw ScheduleError("\"\(text)\" is not a nickname", position: 1, suggestion: suggestion)
    }

    /// Whether there is a day in any kind of month: all of its lengths and first weekdays occur.
    private var selectsAnyDay: Bool {
        for month in 1...12 where months >> UInt64(month) & 1 != 0 {
            let length = CivilTime.longestLength(ofMonth: month)
            for firstWeekday in 0..<7 {
                if days.mask(length: length, firstWeekday: firstWeekday) != 0 { return true }
                if month == 2, days.mask(length: 28, firstWeekday: firstWeekday) != 0 { return true }
            }
        }
        return false
    }
}
