import Testing
import WorkflowCore
import WorkflowTestRunner

@Suite(.serialized) struct StandInTests {
    private static let application = """
        modules:
          - {name: web, type: http.server, config: {address: "127.0.0.1:1"}}
          - {name: router, type: http.router}
          - {name: redis, type: redis.connection, config: {url: "redis://redis.example.com/0"}}
          - {name: auth, type: auth.jwt, config: {secret: 0123456789abcdef, scryptCost: 10, revocations: redis}}
          - {name: guard, type: http.middleware.auth, config: {authProvider: auth}}
          - {name: limit, type: http.middleware.ratelimit, config: {requestsPerMinute: 60, burstSize: 2, store: redis}}
          - {name: cache, type: cache.redis, config: {connection: redis, defaultTTL: 30s}}
          - {name: notes, type: api.handler, config: {resourceName: notes}}
          - name: shops
            type: http.proxy
            config:
              retries: 1
              healthCheck: {enabled: true}
              backendServices: {prices: "http://prices.example.com/v1", stock: "https://stock.example.com"}
              routes: {"/prices/*": prices, "/cached/*": prices, "/stock/*": stock}
              compositeRoutes: {"/all": {strategy: merge, backends: [prices, stock]}}
        workflows:
          http:
            routes:
              - {method: POST, path: "/auth/{action}", handler: auth}
              - {method: GET, path: /auth/profile, handler: auth}
              - {method: "GET, POST", path: /notes, handler: notes, middlewares: [guard]}
              - {method: GET, path: /limited, handler: notes, middlewares: [limit]}
              - {method: GET, path: "/cached/{rest...}", handler: shops, middlewares: [cache]}
              - {method: "*", path: "/{rest...}", handler: shops}
        """

    private func run(_ tests: String) async throws -> TestReport {
        try await TestFolder(Self.application).run(tests)
    }

    @Test func usersAreGivenAndMakeRequests() async throws {
        let report = try await run(
            """
            given:
              - user: {email: ana@example.com, name: Ana, password: correct horse, id: u1}
              - user: {email: bob@example.com}
            tests:
              - name: as
                steps:
                  - {request: {path: /notes}, expect: {status: 401}}
                  - request: {method: POST, path: /notes, as: ana@example.com, body: {id: n1}}
                    expect: {status: 201}
                  - {request: {path: /auth/profile, as: Ana@Example.com}, expect: {body: {id: u1, name: Ana}}}
                  - {request: {path: /notes, as: bob@example.com}, expect: {status: 200}}
                  - expect: {resource: {type: notes, id: n1}}
              - name: log in
                steps:
                  - request: {method: POST, path: /auth/login, body: {email: ana@example.com, password: correct horse}}
                    expect: {status: 200, save: {token: body.token}}
                  - {request: {path: /notes, token: "${token}"}, expect: {status: 200}}
                  - {request: {method: POST, path: /auth/logout, token: "${token}"}, expect: {status: 204}}
                  - {request: {path: /notes, token: "${token}"}, expect: {status: 401}}
                  - request: {method: POST, path: /auth/login, body: {email: bob@example.com, password: x}}
                    expect: {status: 401}
              - {name: nobody, steps: [{request: {path: /notes, as: cy@example.com}}]}
            """)
        #expect(report.complaints == [])
        #expect(
            report.failures == [
                "22:28 There is no user cy@example.com; add it to given, or have it register first."
            ])
    }

    @Test func wrongUsersAreErrors() async throws {
        let address = try await run("tests: [{name: a, given: [{user: {email: ana}}], steps: [{advance: 1s}]}]")
        #expect(address.complaints == ["1:42 the email address is not valid"])
        let missing = try await TestFolder("modules: [{name: router, type: http.router}]").run(
            "tests: [{name: a, given: [{user: {email: a@b.c}}], steps: [{advance: 1s}]}]")
        #expect(
            missing.complaints == [
                "1:42 the application has no auth.jwt, which users would belong to | add one to modules"
            ])
        let two = try await run(
            "tests: [{name: a, steps: [{request: {path: /notes, as: a@b.c, token: x}}]}]")
        #expect(two.complaints == ["1:56 a request has one token | keep as or token"])
        let none = try await run("tests: [{name: a, given: [{}], steps: [{advance: 1s}]}]")
        #expect(
            none.complaints == [
                "1:27 what is given is one instance, one resource or one user | give each an entry of its own"
            ])
    }

    @Test func upstreamsOfAProxyAreAnsweredByMocks() async throws {
        let report = try await run(
            """
            mocks:
              hosts:
                "GET http://prices.example.com/v1/prices/tea?full=1": {status: 200, body: {price: 4}}
                "http://prices.example.com/v1/all": {body: {price: 1}}
                "https://stock.example.com/all": {body: {left: 3}}
                "POST https://stock.example.com/stock/tea": {status: 409, text: "${request.body.count}"}
                "https://stock.example.com/stock/far": [{fail: away}, {fail: away}, {fail: away}, {status: 204}]
            tests:
              - name: proxied
                steps:
                  - request: {path: "/prices/tea?full=1"}
                    expect: {status: 200, body: {price: 4}, requests: [{method: GET, url: "*/tea?full=1", times: 1}]}
                  - request: {method: POST, path: /stock/tea, body: {count: 7}}
                    expect: {status: 409, text: "7"}
                  - {request: {path: /all}, expect: {body: {prices: {price: 1}, stock: {left: 3}}}}
                  - {request: {path: /stock/far}, expect: {status: 502, requests: [{url: "*/far", times: 2}]}}
                  - {request: {path: /stock/far}, expect: {status: 204}}
              - {name: no mock, steps: [{request: {path: /prices/cup}, expect: {status: 502}}]}
              - {name: told, steps: [{request: {path: /prices/cup}, expect: {status: 200}}]}
            """)
        #expect(report.complaints == [])
        #expect(report.failures.count == 1)
        #expect(report.failures.first?.hasPrefix("19:74 status: 200 / 502: ") == true)
        #expect(
            report.results.last?.log.last
                == "nothing leaves a test, and no mock answers GET http://prices.example.com/v1/prices/cup; "
                + "add it to mocks.hosts")
    }

    @Test func redisIsInMemoryAndKeepsTheTimeOfTheTest() async throws {
        let report = try await run(
            """
            mocks:
              hosts: {"http://prices.example.com/*": {body: {price: 4}}}
            tests:
              - name: limits
                steps:
                  - {request: {path: /limited}, expect: {status: 200}}
                  - {request: {path: /limited}, expect: {status: 200}}
                  - {request: {path: /limited}, expect: {status: 429}}
                  - {request: {path: /limited, from: 192.0.2.7}, expect: {status: 200}}
                  - advance: 1s
                  - {request: {path: /limited}, expect: {status: 200}}
              - name: caches
                steps:
                  - {request: {path: /cached/x}, expect: {body: {price: 4}, requests: [{url: "*/x", times: 1}]}}
                  - {request: {path: /cached/x}, expect: {body: {price: 4}, requests: [{url: "*/x", times: 1}]}}
                  - advance: 30s
                  - {request: {path: /cached/x}, expect: {body: {price: 4}, requests: [{url: "*/x", times: 2}]}}
            """)
        #expect(report.complaints == [])
        #expect(report.failures == [])
    }
}
