/// The text of a schedule in a configuration: a cron expression, a nickname or an interval, checked when it is read.
///
/// ```swift
/// let text = try ScheduleText("30 2 * * MON-FRI")
/// let schedule = text.schedule(in: try TimeZoneDatabase.system.rules(for: "Europe/Berlin"))
/// ```
public struct ScheduleText: ConfigurationValue, Hashable {
    /// What was written.
    public let text: String

    private let inUTC: Schedule

    /// Reads a text.
    ///
    /// - Throws: ``ScheduleError`` when it is not a schedule.
    public init(_ text: String) throws(ScheduleError) {
        self.text = text
        inUTC = try Schedule(text)
    }

    public static var schema: ConfigurationSchema { .string }

    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        guard let text = String(decoding: node, using: &decoder) else { return nil }
        do {
            try self.init(text)
        } catch {
            decoder.fail(node, error, in: "schedule")
            return nil
        }
    }

    public var configurationValue: JSONValue? { .string(text) }

    /// The schedule with its calendar in a time zone; intervals have none.
    public func schedule(in timeZone: TimeZoneRules) -> Schedule {
        Schedule(inUTC, timeZone: timeZone)
    }
}

extension TimeZoneRules: ConfigurationValue {
    public static var schema: ConfigurationSchema { .string }

    /// Reads the name of a time zone and looks it up in the database of the system.
    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        guard let name = String(decoding: node, using: &decoder) else { return nil }
        do {
            self = try TimeZoneDatabase.system.rules(for: name)
        } catch {
            decoder.fail(node, error, in: "name")
            return nil
        }
    }

    public var configurationValue: JSONValue? { .string(name) }
}

extension Schedule {
    /// The same schedule with its calendar in another time zone.
    fileprivate init(_ schedule: Schedule, timeZone: TimeZoneRules) {
        if case .cron(let expression, _) = schedule.timing {
            timing = .cron(expression, timeZone)
        } else {
            timing = schedule.timing
        }
        start = schedule.start
        end = schedule.end
        jitter = schedule.jitter
    }
}

extension ConfigurationDecoder {
    fileprivate mutating func fail(_ node: ConfigurationNode, _ error: ScheduleError, in what: String) {
        let place = error.position.map { " (column \($0) of the \(what))" } ?? ""
        fail(node, error.message + place, suggestion: error.suggestion)
    }
}
