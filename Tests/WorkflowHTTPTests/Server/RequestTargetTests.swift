import HTTPTypes
import Testing

@testable import WorkflowHTTP

struct `Request targets and dates` {
    @Test(arguments: [
        ("/", "/", nil as String?), ("/a/b?", "/a/b", ""), ("/a?b?c", "/a", "b?c"), ("/%41%2f", "/%41%2f", nil),
        ("/a.b/..c/...", "/a.b/..c/...", nil), ("//a//", "//a//", nil), ("/ä", "/ä", nil),
    ])
    func `a path and query are split`(text: String, path: String, query: String?) throws {
        let target = try RequestTarget(text, method: .get)
        #expect(target.path == path)
        #expect(target.query == query)
        #expect(target.authority == nil)
    }

    @Test(arguments: [
        ("http://a.test/b?c", "a.test", "/b", "c" as String?), ("HTTPS://a:1", "a:1", "/", nil),
        ("http://[::1]:8?x", "[::1]:8", "/", "x"),
    ])
    func `a URL is taken apart`(text: String, authority: String, path: String, query: String?) throws {
        let target = try RequestTarget(text, method: .get)
        #expect(target.authority == authority)
        #expect(target.path == path)
        #expect(target.query == query)
    }

    @Test(arguments: [
        "", "a", "/%", "/%4", "/%4g", "/%00", "/a b", "/\u{7F}", "/\t", "/#", "/.", "/..", "/a/./b", "/%2e/", "/a/.%2E",
        "http:///a", "http://a@b/", "http://", "mailto:a@b", "*",
    ])
    func `a malformed target is refused`(text: String) {
        let error = #expect(throws: RequestRefusal.self) { try RequestTarget(text, method: .get) }
        #expect(error?.status == .badRequest)
    }

    @Test(
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_827_696, "Tue, 29 Feb 2000 12:34:56 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
            (4_102_444_799, "Thu, 31 Dec 2099 23:59:59 GMT"),
        ] as [(Int64, String)])
    func `a date is written and read`(seconds: Int64, text: String) {
        #expect(HTTPDate.text(seconds: seconds) == text)
        #expect(HTTPDate.seconds(text) == seconds)
    }

    @Test(arguments: [
        "", "Sun, 06 Nov 1994 08:49:37", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Xov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
    ])
    func `a malformed date is not read`(text: String) {
        #expect(HTTPDate.seconds(text) == nil)
    }
}
