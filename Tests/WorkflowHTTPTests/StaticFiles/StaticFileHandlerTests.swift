import HTTPTypes
import Testing
import WorkflowCore
import WorkflowHTTP

private let content = (0..<100).map { UInt8(truncatingIfNeeded: $0) }

/// Runs `body` with a handler over a small site.
private func withSite(
    configure: (inout StaticFileOptions) -> Void = { _ in },
    _ body: (StaticFileHandler, TemporaryDirectory) async throws -> Void
) async throws {
    try await withTemporaryDirectory { directory in
        try directory.write("<h1>home</h1>", to: "root/index.html")
        try directory.write("body {}", to: "root/app.css")
        try directory.write(content, to: "root/data.bin")
        try directory.write("docs", to: "root/docs/index.html")
        try directory.write("a b", to: "root/docs/a b.txt")
        try directory.write("secret", to: "root/.env")
        try directory.write("secret", to: "root/.git/config")
        try directory.write("plain text", to: "root/zip.js")
        try directory.write("gz", to: "root/zip.js.gz")
        try directory.write("br", to: "root/zip.js.br")
        try directory.write("outside", to: "outside.txt")
        try directory.write("outside", to: "root-sibling/x.txt")
        try directory.link("root/escape.txt", to: "../outside.txt")
        try directory.link("root/escape", to: directory.path)
        try directory.link("root/inside.css", to: "app.css")
        try directory.link("root/hidden.txt", to: ".env")
        var options = StaticFileOptions(root: directory.path + "/root")
        configure(&options)
        let handler = StaticFileHandler(options)
        try handler.validate()
        try await body(handler, directory)
    }
}

extension StaticFileHandler {
    /// The status, body and header fields for a request; errors as the server would send them.
    fileprivate func get(
        _ path: String, _ headers: HTTPFields = [:], method: HTTPRequest.Method = .get,
        at time: Timestamp = .systemNow()
    ) async throws -> (status: Int, bytes: [UInt8], headers: HTTPFields) {
        let response: ServerResponse
        do {
            response = try await handle(
                ServerRequest(method: method, target: path, headers: headers, receivedAt: time))
        } catch let error as HTTPError {
            response = error.response
        }
        guard case .bytes(let bytes) = response.body else { return (response.status.code, [], response.headers) }
        return (response.status.code, bytes, response.headers)
    }

    fileprivate func text(_ path: String, _ headers: HTTPFields = [:]) async throws -> String {
        let (status, bytes, _) = try await get(path, headers)
        return status == 200 ? String(decoding: bytes, as: UTF8.self) : "\(status)"
    }
}

struct `Static files` {
    @Test(arguments: [
        ("/", "<h1>home</h1>"), ("/index.html", "<h1>home</h1>"), ("/app.css", "body {}"), ("/docs/", "docs"),
        ("/docs/a%20b.txt", "a b"), ("/%61pp.css", "body {}"), ("/inside.css", "body {}"), ("/docs", "307"),
        ("/nothing", "404"), ("/app.css/", "404"), ("/docs//index.html", "404"), ("//app.css", "404"),
    ])
    func `a path leads to its file`(path: String, expected: String) async throws {
        try await withSite { (site, _) async throws in
            #expect(try await site.text(path) == expected)
            #expect(try await site.text(path) == expected, "from the cache")
        }
    }

    @Test(arguments: [
        "/../outside.txt", "/..%2foutside.txt", "/%2e%2e/outside.txt", "/docs/../../outside.txt",
        "/docs/..%2f..%2foutside.txt",
        "/..%5coutside.txt", "/docs%2f..%2f..%2foutside.txt", "/escape.txt", "/escape/outside.txt", "/.env", "/%2eenv",
        "/.git/config", "/hidden.txt", "/app.css%00.html", "/..\\outside.txt", "/root-sibling/x.txt",
        "/../root-sibling/x.txt", "/%c0%ae%c0%ae/outside.txt", "/./app.css", "/docs/./a%20b.txt",
    ])
    func `nothing outside the root and nothing hidden is served`(path: String) async throws {
        try await withSite { (site, _) async throws in #expect(try await site.text(path) == "404") }
    }

    @Test func `header fields tell type, age and version`() async throws {
        try await withSite { (site, _) async throws in
            let style = try await site.get("/app.css").headers
            #expect(style[.contentType] == "text/css; charset=utf-8")
            #expect(style[.cacheControl] == "public, max-age=3600")
            #expect(style[.xContentTypeOptions] == "nosniff")
            #expect(style[.acceptRanges] == "bytes")
            #expect(style[.eTag]?.hasPrefix("\"") == true)
            #expect(style[.lastModified]?.hasSuffix("GMT") == true)
            #expect(style[.vary] == nil)
            #expect(try await site.get("/").headers[.cacheControl] == "no-cache")
            #expect(try await site.get("/data.bin").headers[.contentType] == "application/octet-stream")
        }
    }

    @Test func `conditions are honoured`() async throws {
        try await withSite { (site, _) async throws in
            let first = try await site.get("/app.css").headers
            let tag = try #require(first[.eTag])
            let date = try #require(first[.lastModified])
            let old = "Sun, 06 Nov 1994 08:49:37 GMT"
            let cases: [(HTTPFields, Int)] = [
                ([.ifNoneMatch: tag], 304), ([.ifNoneMatch: "W/\(tag)"], 304), ([.ifNoneMatch: "\"x\", \(tag)"], 304),
                ([.ifNoneMatch: "*"], 304), ([.ifNoneMatch: "\"x\""], 200),
                ([.ifNoneMatch: "\"x\"", .ifModifiedSince: date], 200), ([.ifModifiedSince: date], 304),
                ([.ifModifiedSince: old], 200), ([.ifModifiedSince: "rubbish"], 200),
                ([.ifMatch: tag], 200), ([.ifMatch: "W/\(tag)"], 412), ([.ifMatch: "\"x\""], 412),
                ([.ifMatch: "*"], 200),
                ([.ifUnmodifiedSince: date], 200), ([.ifUnmodifiedSince: old], 412),
            ]
            for (headers, status) in cases {
                let response = try await site.get("/app.css", headers)
                #expect(response.status == status, "\(headers)")
                if status == 304 {
                    #expect(response.headers[.eTag] == tag)
                    #expect(response.headers[.cacheControl] == "public, max-age=3600")
                    #expect(response.bytes.isEmpty)
                }
            }
            #expect(try await site.get("/app.css", [.ifNoneMatch: tag], method: .head).status == 304)
        }
    }

    @Test(arguments: [
        ("bytes=0-9", 206, 0..<10), ("bytes=90-", 206, 90..<100), ("bytes=-10", 206, 90..<100),
        ("bytes=50-500", 206, 50..<100),
        ("bytes=-500", 206, 0..<100), ("BYTES=0-0", 206, 0..<1), ("bytes=100-", 416, 0..<0),
        ("bytes=200-300", 416, 0..<0),
        ("bytes=-0", 416, 0..<0), ("bytes=9-0", 200, 0..<100), ("bytes=a-b", 200, 0..<100), ("bytes=", 200, 0..<100),
        ("lines=0-9", 200, 0..<100), ("bytes=0-99,0-99", 200, 0..<100), ("bytes=99999999999999999999-", 416, 0..<0),
        ("bytes=0-99999999999999999999", 206, 0..<100),
    ])
    func `a range is cut out`(range: String, status: Int, expected: Range<Int>) async throws {
        try await withSite { (site, _) async throws in
            let response = try await site.get("/data.bin", [.range: range])
            #expect(response.status == status)
            switch status {
            case 416: #expect(response.headers[.contentRange] == "bytes */100")
            case 206:
                #expect(response.bytes == Array(content[expected]))
                #expect(
                    response.headers[.contentRange] == "bytes \(expected.lowerBound)-\(expected.upperBound - 1)/100")
            default:
                #expect(response.bytes == content)
                #expect(response.headers[.contentRange] == nil)
            }
        }
    }

    @Test func `a range depends on If-Range and GET`() async throws {
        try await withSite { (site, _) async throws in
            let headers = try await site.get("/data.bin").headers
            let tag = try #require(headers[.eTag])
            let date = try #require(headers[.lastModified])
            func status(_ ifRange: String) async throws -> Int {
                try await site.get("/data.bin", [.range: "bytes=0-1", .ifRange: ifRange]).status
            }
            #expect(try await status(tag) == 206)
            #expect(try await status("W/\(tag)") == 200)
            #expect(try await status("\"x\"") == 200)
            #expect(try await status(date) == 206)
            #expect(try await status("Sun, 06 Nov 1994 08:49:37 GMT") == 200)
            #expect(try await site.get("/data.bin", [.range: "bytes=0-1"], method: .head).status == 200)
        }
    }

    @Test(arguments: [true, false])
    func `several ranges come as one multipart body`(isCached: Bool) async throws {
        try await withSite(configure: { if !isCached { $0.memoryCacheFileBytes = 0 } }) { (site, _) async throws in
            try await withServer(site) { (server) async throws in
                let response = try await server.get("/data.bin", headers: ["range: bytes=0-1, 98-"])
                #expect(response.status == 206)
                let boundary = try #require(response["content-type"]?.split(separator: "=").last)
                var expected: [UInt8] = []
                for (range, bytes) in [("0-1", content[0..<2]), ("98-99", content[98..<100])] {
                    let head = "\r\n--\(boundary)\r\ncontent-type: application/octet-stream\r\n"
                    expected += Array((head + "content-range: bytes \(range)/100\r\n\r\n").utf8) + bytes
                }
                expected += Array("\r\n--\(boundary)--\r\n".utf8)
                #expect(response.body == expected)
            }
        }
    }

    @Test(
        arguments: [
            (nil, "plain text", nil), ("gzip", "gz", "gzip"), ("gzip, br", "br", "br"),
            ("gzip;q=1.0, br;q=0.5", "gz", "gzip"),
            ("br;q=0, gzip;q=0", "plain text", nil), ("*", "br", "br"), ("*, br;q=0", "gz", "gzip"),
            ("identity", "plain text", nil),
            ("x-gzip", "gz", "gzip"), ("GZIP", "gz", "gzip"),
        ] as [(String?, String, String?)])
    func `a file that was compressed in advance is preferred`(
        accepts: String?, expected: String, coding: String?
    ) async throws {
        try await withSite { (site, _) async throws in
            var headers = HTTPFields()
            headers[.acceptEncoding] = accepts
            let response = try await site.get("/zip.js", headers)
            #expect(String(decoding: response.bytes, as: UTF8.self) == expected)
            #expect(response.headers[.contentEncoding] == coding)
            #expect(response.headers[.vary] == "accept-encoding")
            #expect(response.headers[.contentType] == "text/javascript; charset=utf-8")
        }
    }

    @Test func `each form of a file has its own entity tag`() async throws {
        try await withSite { (site, _) async throws in
            let plain = try await site.get("/zip.js").headers[.eTag]
            let coded = try await site.get("/zip.js", [.acceptEncoding: "br"]).headers[.eTag]
            #expect(plain != coded)
        }
    }

    @Test(
        arguments: [
            ("/orders/7", "text/html", true), ("/orders/7", nil, true), ("/orders/7", "*/*", true),
            ("/orders/7", "application/json", false), ("/missing.js", "*/*", false), ("/missing.js", "text/html", true),
            ("/api/x", "text/html", false), ("/api", "text/html", false), ("/apiary", "text/html", true),
            ("/%2e%2e/x", "text/html", true), ("/.env", "text/html", true),
        ] as [(String, String?, Bool)])
    func `the fallback is for pages only`(path: String, accept: String?, isExpected: Bool) async throws {
        try await withSite(configure: { $0.spaFallback = true }) { (site, _) async throws in
            var headers = HTTPFields()
            headers[.accept] = accept
            let text = try await site.text(path, headers)
            #expect(text == (isExpected ? "<h1>home</h1>" : "404"))
        }
    }

    @Test func `a prefix is taken off`() async throws {
        try await withSite(configure: { $0.prefix = "/static/" }) { (site, _) async throws in
            #expect(try await site.text("/static/app.css") == "body {}")
            #expect(try await site.text("/static/") == "<h1>home</h1>")
            #expect(try await site.text("/app.css") == "404")
        }
    }

    @Test func `only GET and HEAD are answered`() async throws {
        try await withSite { (site, _) async throws in
            let response = try await site.get("/app.css", method: .post)
            #expect(response.status == 405)
            #expect(response.headers[.allow] == "GET, HEAD")
        }
    }

    @Test func `a change is seen after a second at the latest`() async throws {
        try await withSite { (site, directory) async throws in
            var time = Timestamp.systemNow()
            func text() async throws -> String {
                String(decoding: try await site.get("/app.css", at: time).bytes, as: UTF8.self)
            }
            #expect(try await text() == "body {}")
            try directory.write("changed!", to: "root/app.css")
            #expect(try await text() == "body {}", "not looked at yet")
            time = time.advanced(by: .seconds(1))
            #expect(try await text() == "changed!")
            directory.remove("root/app.css")
            time = time.advanced(by: .seconds(1))
            #expect(try await site.get("/app.css", at: time).status == 404)
        }
    }

    @Test func `the memory for files is bounded`() async throws {
        try await withTemporaryDirectory { directory in
            for number in 0..<40 {
                try directory.write(Array(repeating: UInt8(number), count: 1000), to: "\(number).bin")
            }
            var options = StaticFileOptions(root: directory.path)
            options.memoryCacheBytes = 8000
            let site = StaticFileHandler(options)
            for _ in 0..<2 {
                for number in 0..<40 { #expect(try await site.get("/\(number).bin").bytes.first == UInt8(number)) }
            }
        }
    }

    @Test func `a large file is sent from disk`() async throws {
        try await withTemporaryDirectory { directory in
            let large = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try directory.write(large, to: "large.bin")
            let site = StaticFileHandler(StaticFileOptions(root: directory.path))
            try await withServer(site) { (server) async throws in
                let connection = try await server.connect()
                for _ in 0..<2 {
                    try await connection.send("GET /large.bin HTTP/1.1\r\nhost: t\r\n\r\n")
                    #expect(try await connection.response().body == large)
                }
                try await connection.send("GET /large.bin HTTP/1.1\r\nhost: t\r\nrange: bytes=1000000-1999999\r\n\r\n")
                #expect(try await connection.response().body == Array(large[1_000_000..<2_000_000]))
                try await connection.send("HEAD /large.bin HTTP/1.1\r\nhost: t\r\n\r\n")
                #expect(try await connection.response(toHead: true)["content-length"] == "3000000")
                try await connection.send("GET /large.bin HTTP/1.1\r\nhost: t\r\n\r\n")
                _ = try await connection.response()
                directory.remove("large.bin")
                try await connection.send("GET /large.bin HTTP/1.1\r\nhost: t\r\n\r\n")
                #expect(try await connection.response().status == 404)
            }
        }
    }

    @Test func `a root that is not a directory is an error`() async throws {
        try await withTemporaryDirectory { directory in
            try directory.write("x", to: "file")
            for path in ["/file", "/nothing"] {
                let site = StaticFileHandler(StaticFileOptions(root: directory.path + path))
                #expect(throws: WorkflowError.self) { try site.validate() }
            }
        }
    }
}
