import Testing
import WorkflowCore

@testable import WorkflowModules

@Suite struct StringFormatTests {
    static let valid: [(StringFormat, [String])] = [
        (
            .dateTime,
            [
                "2026-11-23T09:00:00Z", "2026-11-23t09:00:00.123456789+01:00", "1998-12-31T23:59:60Z",
                "1998-12-31T15:59:60.123-08:00",
            ]
        ),
        (.date, ["2026-02-28", "2024-02-29"]),
        (.time, ["09:00:00Z", "23:59:60Z", "01:29:60+01:30"]),
        (.duration, ["P4DT12H30M5S", "P1Y", "PT0S", "P2W", "PT36H"]),
        (.email, ["a.b+c@example.com", "\"a b\"@example.com", "a@[127.0.0.1]", "a@[IPv6:::1]"]),
        (.hostname, ["example.com", "a-b.c", "xn--4gbwdl.xn--wgbh1c", "1host"]),
        (.ipv4, ["127.0.0.1", "0.0.0.0", "255.255.255.255"]),
        (
            .ipv6,
            [
                "::1", "::", "2001:db8::8a2e:370:7334", "1:2:3:4:5:6:7:8", "::ffff:192.0.2.1", "1::",
                "a:b:c:d:e:f:1.2.3.4",
            ]
        ),
        (.uri, ["https://user@example.com:8080/a%20b?c=d#e", "urn:uuid:1", "mailto:a@example.com", "http://[::1]/"]),
        (.uriReference, ["/a/b", "a", "", "#x", "//host/a", "?q"]),
        (.uuid, ["2eb8aa08-aa98-11ea-b4aa-73b441d16380", "2EB8AA08-AA98-11EA-B4AA-73B441D16380"]),
        (.jsonPointer, ["", "/a~0b~1c/0", "/"]),
        (.relativeJSONPointer, ["0", "1/a", "2#", "10"]),
        (.regex, ["^a+$", ""]),
    ]

    @Test(arguments: valid) func accepts(format: StringFormat, texts: [String]) {
        for text in texts { #expect(format.matches(text), "\(text)") }
    }

    static let invalid: [(StringFormat, [String])] = [
        (
            .dateTime,
            [
                "2026-11-23 09:00:00Z", "2026-11-23T09:00:00", "2026-11-23T24:00:00Z", "2026-11-23T09:00:60Z",
                "2026-11-23T09:00:00Z ", "２026-11-23T09:00:00Z",
            ]
        ),
        (.date, ["2026-02-29", "2026-2-1", "2026-13-01", "2026-04-31", "20260401"]),
        (.time, ["09:00:00", "09:00Z", "22:59:60Z", "09:00:00.Z", "09:00:00+24:00"]),
        (.duration, ["P", "PT", "P1D2Y", "P1W2D", "1D", "P1", "PT1D", "P1YT", "PT1H2S", "P1Y2D"]),
        (
            .email,
            ["a", "@example.com", "a@", "a..b@example.com", ".a@example.com", "a@b@c", "a b@example.com", "a@[1.2.3]"]
        ),
        (.hostname, ["", "-a", "a-", "a..b", "a.", "a_b", String(repeating: "a", count: 64), "ab--cd"]),
        (.ipv4, ["1.2.3", "256.1.1.1", "01.1.1.1", "1.2.3.4.5", "1.2.3.4/24", ""]),
        (
            .ipv6,
            [
                "", ":", "1::2::3", "12345::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::1%eth0", ":1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:", "::1.2.3",
            ]
        ),
        (
            .uri,
            ["/a", "a b:c", "http://a b", "http://[::1", "http://a/%zz", "1http://a", "http://a/\\", "http://a/<b>"]
        ),
        (.uriReference, ["a b", "\\a", "a:b c", "1a:b"]),
        (
            .uuid,
            [
                "2eb8aa08-aa98-11ea-b4aa73b441d16380", "2eb8aa08-aa98-11ea-b4aa-73b441d1638",
                "2eb8aa08-aa98-11ea-b4aa-73b441d16380 ",
            ]
        ),
        (.jsonPointer, ["a", "/~", "/~2"]),
        (.relativeJSONPointer, ["", "01", "/a", "-1", "1a"]),
        (.regex, ["(a", "\\Z"]),
    ]

    @Test(arguments: invalid) func refuses(format: StringFormat, texts: [String]) {
        for text in texts { #expect(!format.matches(text), "\(text)") }
    }

    @Test func formatsAreNotesUnlessAskedFor() throws {
        #expect(try compile(#"{"format": "date"}"#).isValid("x"))
        #expect(try !compile(#"{"format": "date"}"#, checksFormats: true).isValid("x"))
        #expect(try compile(#"{"format": "something"}"#, checksFormats: true).isValid("x"))
    }
}
