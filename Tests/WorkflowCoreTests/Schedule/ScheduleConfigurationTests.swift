import Testing

@testable import WorkflowCore

@Suite struct ScheduleConfigurationTests {
    private func decode<Value: ConfigurationValue>(_ type: Value.Type, _ json: JSONValue) -> (Value?, String) {
        var decoder = ConfigurationDecoder()
        let value = decoder.decode(type, from: ConfigurationNode(json, path: "cron", file: "app.yaml"))
        #expect((value == nil) == !decoder.issues.isEmpty, "says why")
        return (value, decoder.issues.map(\.description).joined(separator: "\n"))
    }

    @Test(arguments: ["30 2 * * MON-FRI", "0 30 2 * * *", "@daily", "@every 90s"])
    func readsSchedules(text: String) throws {
        let value = try #require(decode(ScheduleText.self, .string(text)).0)
        #expect(value.text == text)
        #expect(value.configurationValue == .string(text))
        #expect(value.schedule(in: .utc) == (try Schedule(text)))
    }

    @Test func putsTheCalendarIntoATimeZone() throws {
        let text = try ScheduleText("30 2 * * *")
        let zone = TimeZoneRules(name: "Test", initialOffset: 3600)
        #expect(text.schedule(in: zone) == (try Schedule("30 2 * * *", timeZone: zone)))
        let interval = try ScheduleText("@every 5m")
        #expect(interval.schedule(in: zone) == interval.schedule(in: .utc))
    }

    @Test(arguments: [
        ("0 61 * * *", "hour 61 is out of range 0-23 (column 3 of the schedule)", ""),
        ("* * *", "a cron expression has 5 or 6 fields, not 3", "hint: the fields are"),
        ("@dayly", "\"@dayly\" is not a nickname (column 1 of the schedule)", "did you mean \"@daily\"?"),
        ("@every soon", "is not a time span (column 8 of the schedule)", "hint: write a time span"),
        ("", "5 or 6 fields", ""),
    ])
    func refusesOtherSchedulesWithPlaceAndHint(text: String, message: String, hint: String) {
        let (_, issue) = decode(ScheduleText.self, .string(text))
        #expect(issue.contains(message))
        #expect(hint.isEmpty || issue.contains(hint), "\(issue)")
    }

    @Test func refusesWhatIsNoText() {
        #expect(decode(ScheduleText.self, []).1.contains("expected text, found list"))
    }

    @Test func readsTimeZones() {
        #expect(decode(TimeZoneRules.self, "UTC").0 == .utc)
        #expect(TimeZoneRules.utc.configurationValue == "UTC")
        #expect(decode(TimeZoneRules.self, "Nowhere/City").1.contains("time zone \"Nowhere/City\" is unknown"))
    }

    @Test(arguments: [
        ("skip", ScheduleStateMachine.OverlapPolicy.skip), ("queue", .queue()), ("allow", .allow),
    ])
    func readsOverlapPolicies(word: String, policy: ScheduleStateMachine.OverlapPolicy) {
        #expect(decode(ScheduleStateMachine.OverlapPolicy.self, .string(word)).0 == policy)
        #expect(policy.configurationValue == .string(word))
    }

    @Test(arguments: [("skip", ScheduleStateMachine.MissedRunPolicy.skip), ("once", .once), ("all", .all())])
    func readsMissedRunPolicies(word: String, policy: ScheduleStateMachine.MissedRunPolicy) {
        #expect(decode(ScheduleStateMachine.MissedRunPolicy.self, .string(word)).0 == policy)
        #expect(policy.configurationValue == .string(word))
    }

    @Test func suggestsTheWordThatWasMeant() {
        let (_, issue) = decode(ScheduleStateMachine.OverlapPolicy.self, "que")
        #expect(issue.contains("must be one of skip, queue, allow, is \"que\""))
        #expect(decode(ScheduleStateMachine.MissedRunPolicy.self, "onse").1.contains("did you mean \"once\"?"))
    }
}
