/// The fields of a cron expression, in the order in which they are written.
enum CronField: Int, CaseIterable {
    case second, minute, hour, dayOfMonth, month, dayOfWeek

    /// What people call it.
    var name: String {
        switch self {
        case .second: "second"
        case .minute: "minute"
        case .hour: "hour"
        case .dayOfMonth: "day of month"
        case .month: "month"
        case .dayOfWeek: "day of week"
        }
    }

    /// The numbers that may be written; 7 is a second name of Sunday.
    var range: ClosedRange<Int> {
        switch self {
        case .second, .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        }
    }

    /// The greatest value of `*`.
    var last: Int { self == .dayOfWeek ? 6 : range.upperBound }

    /// The number of different values.
    var count: Int { last - range.lowerBound + 1 }

    /// The names of the values, from the lowest value on.
    var names: [String] {
        switch self {
        case .month: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        case .dayOfWeek: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
        default: []
        }
    }

    /// Whether it selects days.
    var selectsDays: Bool { self == .dayOfMonth || self == .dayOfWeek }
}
