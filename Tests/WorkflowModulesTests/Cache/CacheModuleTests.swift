import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct CacheModuleTests {
    @Test func theSecondRequestIsAHit() async throws {
        try await CacheApplication.run { application in
            let first = try await application.get("/products")
            #expect((first.text, first.mark, first.headers[.age]) == ("1", "miss", nil))
            application.clock.advance(by: .seconds(7))
            let second = try await application.get("/products")
            #expect((second.text, second.mark, second.headers[.age]) == ("1", "hit", "7"))
            #expect(second.headers[.contentType] == "text/plain; charset=utf-8")
            #expect(application.callCount == 1)
        }
    }

    @Test func answersAreForgottenInTime() async throws {
        try await CacheApplication.run(["defaultTTL": "30s"]) { application in
            _ = try await application.get("/a")
            application.clock.advance(by: .seconds(29))
            #expect(try await application.get("/a").mark == "hit")
            application.clock.advance(by: .seconds(1))
            #expect(try await application.get("/a").text == "2")
        }
    }

    @Test func queriesAreTheSameInAnyOrder() async throws {
        try await CacheApplication.run { application in
            let targets = ["/a?x=1&y=2", "/a?y=2&x=1", "/a?x=1&y=3", "/a?x=1&x=2", "/a?x=2&x=1", "/a"]
            var marks: [String?] = []
            for target in targets { marks.append(try await application.get(target).mark) }
            #expect(marks == ["miss", "hit", "miss", "miss", "miss", "miss"])
        }
    }

    @Test func usersAndHostsDoNotShare() async throws {
        try await CacheApplication.run { application in
            var texts: [String] = []
            for user in ["ada", "bob", nil, "caf\u{E9}", "cafe\u{301}", "ada"] {
                texts.append(try await application.get("/a", user: user).text)
            }
            for host in ["a.example.com", "b.example.com", "a.example.com"] {
                texts.append(try await application.get("/a", host: host).text)
            }
            #expect(texts == ["1", "2", "3", "4", "5", "1", "6", "7", "6"])
        }
    }

    @Test func unknownUsersAreNotCached() async throws {
        try await CacheApplication.run { application in
            for headers in [HTTPFields([.init(name: .authorization, value: "x")]), [.cookie: "a=b"]] {
                #expect(try await application.get("/a", headers: headers).mark == nil)
                #expect(try await application.get("/a", headers: headers).mark == nil)
            }
            #expect(application.callCount == 4)
            let known = try await application.get("/a", user: "ada", headers: [.authorization: "x"])
            #expect(known.mark == "miss")
        }
    }

    @Test func otherCredentialsAreNotCached() async throws {
        try await CacheApplication.run { application in
            for name in ["X-Api-Key", "Proxy-Authorization", "X-Tenant-ID"] {
                let name = try #require(HTTPField.Name(name))
                for user in [nil, "ada"] {
                    let answers = [
                        try await application.get("/a", user: user, headers: [name: "one"]),
                        try await application.get("/a", user: user, headers: [name: "two"]),
                    ]
                    #expect(answers.map(\.mark) == [nil, nil], "\(name)")
                    #expect(answers[0].text != answers[1].text)
                }
            }
        }
    }

    @Test func aRequestWithABodyIsNeitherKeptNorAnswered() async throws {
        let handler: CacheApplication.Handler = { request, _ in
            .text(String(decoding: try await request.body.collect(upTo: 100), as: UTF8.self))
        }
        try await CacheApplication.run(handler: handler) { application in
            let poison = try await application.send(.get, "/a", body: Array("poison".utf8))
            #expect((poison.text, poison.mark) == ("poison", nil))
            let clean = try await application.get("/a")
            #expect((clean.text, clean.mark) == ("", "miss"))
            #expect(try await application.send(.get, "/a", body: Array("x".utf8)).text == "x")
        }
    }

    @Test func headerFieldsTellAnswersApart() async throws {
        try await CacheApplication.run(["vary": ["accept-language"]]) { application in
            var texts: [String] = []
            for language in ["de", "en", "de"] {
                let headers: HTTPFields = [.acceptLanguage: language, .accept: "\(texts.count)"]
                texts.append(try await application.get("/a", headers: headers).text)
            }
            #expect(texts == ["1", "2", "1"])
        }
    }

    static let notKept: [(String, @Sendable () -> ServerResponse)] = [
        ("status", { .text("no", status: .notFound) }),
        ("Set-Cookie", { ServerResponse(headers: [.setCookie: "a=b"], body: .bytes([1])) }),
        ("no-store", { ServerResponse(headers: [.cacheControl: "public, No-Store"], body: .bytes([1])) }),
        ("private", { ServerResponse(headers: [.cacheControl: "private"], body: .bytes([1])) }),
        ("max-age=0", { ServerResponse(headers: [.cacheControl: "max-age=0"], body: .bytes([1])) }),
        ("Expires", { ServerResponse(headers: [.expires: "0"], body: .bytes([1])) }),
        ("Age", { ServerResponse(headers: [.cacheControl: "max-age=60", .age: "60"], body: .bytes([1])) }),
        ("Vary", { ServerResponse(headers: [.vary: "Accept, Origin"], body: .bytes([1])) }),
        ("Vary *", { ServerResponse(headers: [.vary: "*"], body: .bytes([1])) }),
        ("stream", { ServerResponse(body: .stream(length: nil) { _ in }) }),
        ("file", { ServerResponse(body: .file(path: "/dev/null", offset: 0, length: 0)) }),
        ("large", { ServerResponse(body: .bytes([UInt8](repeating: 0, count: 5000))) }),
    ]

    @Test(arguments: notKept) func someAnswersAreNotKept(what: String, answer: @escaping @Sendable () -> ServerResponse)
        async throws
    {
        try await CacheApplication.run(["vary": ["Accept"], "maxBytes": 4096], handler: { _, _ in answer() }) { app in
            let marks = [try await app.get("/a").mark, try await app.get("/a").mark]
            #expect(marks == ["miss", "miss"], "\(what)")
            #expect(app.callCount == 2 && app.module.cache.count == 0, "\(what)")
        }
    }

    @Test func theAnswerSaysHowLongItIsGood() async throws {
        let fields = ["/a": "max-age=5", "/b": "max-age=5, s-maxage=10"]
        let handler: CacheApplication.Handler = { request, call in
            ServerResponse(headers: [.cacheControl: fields[request.path] ?? ""], body: .bytes([1]))
        }
        try await CacheApplication.run(handler: handler) { application in
            for path in ["/a", "/b"] { _ = try await application.get(path) }
            application.clock.advance(by: .seconds(5))
            #expect(try await application.get("/a").mark == "miss")
            #expect(try await application.get("/b").mark == "hit")
        }
    }

    @Test func entityTagsAreAnsweredFromTheCache() async throws {
        let handler: CacheApplication.Handler = { request, call in
            #expect(request.headers[.ifNoneMatch] == nil)
            return ServerResponse(headers: [.eTag: "\"v\(call)\"", .contentType: "x/y"], body: .bytes([65]))
        }
        try await CacheApplication.run(handler: handler) { application in
            let first = try await application.get("/a", headers: [.ifNoneMatch: "\"v1\""])
            #expect((first.status, first.mark, first.text) == (304, "miss", ""))
            let second = try await application.get("/a", headers: [.ifNoneMatch: "\"v0\", W/\"v1\""])
            #expect((second.status, second.mark, second.headers[.eTag]) == (304, "hit", "\"v1\""))
            #expect(second.headers[.contentType] == nil)
            let third = try await application.get("/a", headers: [.ifNoneMatch: "\"v0\""])
            #expect((third.status, third.mark, third.text) == (200, "hit", "A"))
        }
    }

    @Test(arguments: [HTTPField.Name.range, .ifModifiedSince, .ifRange, .ifMatch, .ifUnmodifiedSince])
    func partsAndConditionsPass(name: HTTPField.Name) async throws {
        try await CacheApplication.run { application in
            var headers = HTTPFields()
            headers[name] = "x"
            let marks = [
                try await application.get("/a", headers: headers).mark, try await application.send(.head, "/a").mark,
            ]
            #expect(marks == [nil, nil])
            #expect(application.callCount == 2)
        }
    }

    @Test func whatWasNotUsedForLongestGoesFirst() async throws {
        try await CacheApplication.run(["maxItems": 2]) { application in
            for path in ["/a", "/b", "/a", "/c"] { _ = try await application.get(path) }
            #expect(application.module.cache.count == 2)
            #expect(try await application.get("/a").mark == "hit")
            #expect(try await application.get("/b").mark == "miss")
        }
    }

    @Test func memoryIsBounded() async throws {
        let handler: CacheApplication.Handler = { _, _ in
            ServerResponse(body: .bytes([UInt8](repeating: 0, count: 1000)))
        }
        try await CacheApplication.run(["maxBytes": "10KB"], handler: handler) { application in
            for index in 0..<100 { _ = try await application.get("/\(index)") }
            #expect((4...8).contains(application.module.cache.count))
        }
    }

    static let mistakes: [(JSONObject, String)] = [
        (["engine": "redis"], "must be one of memory, is \"redis\""),
        (["defaultTTL": 0], "must be more than 0 and at most a year"),
        (["maxItems": 0], "must be at least 1, is 0"),
        (["vary": ["a b"]], "\"a b\" is not the name of a header field"),
    ]

    @Test(arguments: mistakes) func mistakesAreTold(config: JSONObject, message: String) async throws {
        let error = await #expect(throws: ConfigurationError.self) { try await CacheApplication.run(config) { _ in } }
        #expect(error?.issues.map(\.message) == [message])
    }
}
