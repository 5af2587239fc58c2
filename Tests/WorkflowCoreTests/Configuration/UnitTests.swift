import Testing

@testable import WorkflowCore

@Suite struct ConfigurationUnitTests {
    private func decode<Value: ConfigurationValue>(_ type: Value.Type, _ json: JSONValue) -> Value? {
        var decoder = ConfigurationDecoder()
        let value = decoder.decode(type, from: ConfigurationNode(json, path: "key", file: "/etc/app/main.yaml"))
        #expect((value == nil) == !decoder.issues.isEmpty, "says why")
        return value
    }

    @Test(arguments: [
        (JSONValue.integer(5), Duration.seconds(5)), (0, .zero), (0.25, .milliseconds(250)),
        ("500ms", .milliseconds(500)),
        ("30s", .seconds(30)), ("5m", .seconds(300)), ("24h", .seconds(86_400)), ("7d", .seconds(604_800)),
        ("1h30m", .seconds(5400)), ("1.5h", .seconds(5400)), ("4.35s", .milliseconds(4350)),
        ("10us", .microseconds(10)),
        ("1ns", .nanoseconds(1)), ("0s", .zero),
    ])
    func readsTimeSpans(json: JSONValue, duration: Duration) {
        #expect(decode(Duration.self, json) == duration)
    }

    @Test(arguments: [
        JSONValue.integer(-1), .integer(.max), .double(1e300), .decimal("1e400"), "", "s", "5", "5 s", "-5s", "5x",
        "1.2.3s",
        "5S", "٥s", "99999999999999999d", "1h-5m", " 5s", true, .null, [], [:],
    ])
    func refusesOtherTimeSpans(json: JSONValue) {
        #expect(decode(Duration.self, json) == nil)
    }

    @Test func showsTimeSpansAsTheyAreWritten() {
        for text in ["500ms", "30s", "5m", "24h", "90s", "1ns", "0s"] {
            #expect(decode(Duration.self, .string(text))?.configurationValue == .string(text))
        }
    }

    @Test func plainNumbersOfMillisecondsAreMilliseconds() {
        #expect(decode(Milliseconds.self, 250)?.duration == .milliseconds(250))
        #expect(decode(Milliseconds.self, "2s")?.duration == .seconds(2))
        #expect(decode(Milliseconds.self, -1) == nil)
        #expect(Milliseconds(1500).configurationValue == 1500)
    }

    @Test(arguments: [
        (JSONValue.integer(0), 0), (65_536, 65_536), ("64KB", 65_536), ("1MB", 1 << 20), ("1 MiB", 1 << 20),
        ("2g", 2 << 30),
        ("10b", 10), ("7", 7), (1024.0, 1024),
    ])
    func readsSizes(json: JSONValue, bytes: Int) {
        #expect(decode(ByteSize.self, json)?.bytes == bytes)
    }

    @Test(arguments: [
        JSONValue.integer(-1), 1.5, "", "KB", "-1KB", "1.5MB", "1TB", "9999999999999999999", "9223372036854775807GB",
        "²KB", true,
    ])
    func refusesOtherSizes(json: JSONValue) {
        #expect(decode(ByteSize.self, json) == nil)
    }

    @Test func pathsStartFromTheFolderOfTheFile() {
        #expect(decode(ConfigurationFilePath.self, "data/x.db")?.resolved == "/etc/app/data/x.db")
        #expect(decode(ConfigurationFilePath.self, "/var/x.db")?.resolved == "/var/x.db")
        #expect(decode(ConfigurationFilePath.self, "a\0b") == nil)
        #expect(decode(ConfigurationFilePath.self, "") == nil)
        #expect(decode(ConfigurationFilePath.self, 5) == nil)
        #expect(ConfigurationFilePath("x", base: "").resolved == "x")
    }

    @Test(arguments: [("htpp.server", "http.server"), ("tyep", "type"), ("Name", "name"), ("dependson", "dependsOn")])
    func suggestsWhatIsClose(word: String, candidate: String) {
        #expect(
            Suggestion.closest(to: word, among: ["http.server", "type", "name", "dependsOn", "config"]) == candidate)
    }

    @Test func suggestsNothingThatIsFarOff() {
        #expect(Suggestion.closest(to: "banana", among: ["http.server", "type"]) == nil)
        #expect(Suggestion.closest(to: String(repeating: "x", count: 100_000), among: ["type"]) == nil)
        #expect(Suggestion.text(for: "x", among: ["alpha", "beta"], what: "keys") == "the keys are: alpha, beta")
    }
}
