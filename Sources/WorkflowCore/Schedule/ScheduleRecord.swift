/// What is stored of a job: all its slots up to a time are settled.
struct ScheduleRecord: Hashable {
    /// The schedule that the slots are of; the record of another one does not count.
    let schedule: String
    /// The time.
    let through: Timestamp

    init(schedule: Schedule, through: Timestamp) {
        self.schedule = schedule.signature
        self.through = through
    }

    /// Reads a stored record; `nil` when it is of another form.
    init?(_ value: JSONValue) {
        guard let schedule = value["schedule"]?.stringValue,
            let through = value["through"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        self.schedule = schedule
        self.through = through
    }

    var value: JSONValue { ["schedule": .string(schedule), "through": .string(through.description)] }
}

extension Schedule {
    /// What tells two schedules with different slots apart.
    var signature: String {
        let timing =
            switch timing {
            case .cron(let expression, let timeZone): "\(expression) \(timeZone.name)"
            case .every(let interval): "@every \(interval.wholeNanoseconds)ns"
            }
        let bounds = [("from", start), ("to", end)].compactMap { name, time in time.map { " \(name) \($0)" } }
        return timing + bounds.joined()
    }
}
