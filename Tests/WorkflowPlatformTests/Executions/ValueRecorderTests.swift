import Testing
import WorkflowCore

@testable import WorkflowPlatform

/// What is kept of inputs and outputs.
@Suite struct ValueRecorderTests {
    private let recorder = ValueRecorder(secrets: nil)

    @Test(arguments: [
        "password", "newPassword", "api_key", "API-Key", "Authorization", "refresh_token", "clientSecret", "set-cookie",
        "cardNumber", "cvv", "pin", "private_key",
    ])
    func valuesOfSecretNamesAreLeftOut(name: String) {
        let recorded = recorder.record([.init(name): ["deep": 1], "other": "x"])
        #expect(recorded.json == "{\"\(name)\":\"<redacted>\",\"other\":\"x\"}")
        #expect(recorded.state == "redacted")
    }

    @Test(arguments: ["name", "pinned", "author", "passenger", "company", "spanish"])
    func otherNamesAreKept(name: String) {
        #expect(recorder.record([.init(name): "x"]).state == "complete")
    }

    @Test(arguments: [
        "4111111111111111", "pay 5500-0000-0000-0004 now", "it is:\n-----BEGIN KEY-----", "Bearer abc",
        "-----BEGIN KEY-----",
    ])
    func secretTextsAreLeftOut(text: String) {
        #expect(recorder.record(["text": .string(text)]).json == "{\"text\":\"<redacted>\"}")
    }

    @Test(arguments: [
        "4111111111111112", "1717171717171", "01a21e07-23b8-731d-aba3-82eeb6203f6a", "bearer", "Bearer of bad news",
    ])
    func otherTextsAreKept(text: String) {
        #expect(recorder.record(["text": .string(text)]).state == "complete")
    }

    @Test func largeValuesAreCutAndStayJSON() throws {
        let text = String(repeating: "ü", count: 20_000)
        let list = JSONValue.array((0..<10_000).map { .integer($0) })
        for value in [["text": .string(text), "after": 1], ["list": list, "after": 1], .string(text), list]
            as [JSONValue]
        {
            let recorded = recorder.record(value)
            #expect(recorded.state == "truncated")
            let json = try #require(recorded.json)
            #expect(json.utf8.count < 20_000)
            #expect(json.utf8.count > 4_000)
            #expect(json.contains("…"))
            _ = try JSONValue(parsing: json)
        }
        #expect(recorder.record(["text": .string(String(repeating: "x", count: 15_000))]).state == "complete")
    }

    @Test func detailsOfLargeValuesTakeLittle() {
        let large = JSONValue.string(String(repeating: "x", count: 1_000_000))
        guard case .reduced(let value, let flaws) = Detail(large, recorder) else {
            Issue.record("the value was kept as it is")
            return
        }
        #expect(flaws == .truncated)
        #expect((value.stringValue?.utf8.count ?? 0) < 17_000)
    }
}
