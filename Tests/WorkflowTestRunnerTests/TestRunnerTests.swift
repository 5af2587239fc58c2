import Testing
import WorkflowCore
import WorkflowTestRunner

@Suite(.serialized) struct TestRunnerTests {
    private static let application = """
        modules:
          - {name: web, type: http.server, config: {address: "127.0.0.1:1"}}
          - {name: router, type: http.router}
          - {name: orders, type: api.handler, config: {resourceName: orders, workflowType: order-flow, hoist: [paid]}}
          - {name: engine, type: statemachine.engine}
          - {name: events, type: messaging.broker}
          - {name: log, type: messaging.handler}
          - {name: pay, type: dynamic.component, config: {source: pay.js}}
          - name: take
            type: processing.step
            config:
              componentId: pay
              successTransition: paid
              compensateTransition: fail
              maxRetries: 2
              retryBackoffMs: 1000
          - {name: hook, type: webhook.sender, config: {url: "https://hooks.example.com/x"}}
          - {name: nightly, type: scheduler.cron, config: {cronExpression: "0 3 * * *"}}
        workflows:
          http:
            routes:
              - {method: "GET, POST", path: /orders, handler: orders}
              - {method: GET, path: "/orders/{id}", handler: orders}
          messaging: {subscriptions: [{topic: order.paid, handler: log}, {topic: told.*, handler: hook}]}
          scheduler: {jobs: [{scheduler: nightly, job: log}]}
          statemachine:
            engine: engine
            definitions:
              - name: order-flow
                initialState: new
                states: {new: , paying: , paid: {isFinal: true}, failed: {isFinal: true, isError: true}}
                transitions:
                  begin: {fromState: new, toState: paying}
                  paid: {fromState: paying, toState: paid}
                  fail: {fromState: paying, toState: failed}
            hooks: [{workflowType: order-flow, toStates: [paying], handler: take}]
        triggers:
          http: {routes: [{method: POST, path: /orders, workflow: order-flow, action: begin}]}
        """

    private func run(_ tests: String, filter: String? = nil) async throws -> TestReport {
        let folder = try TestFolder(Self.application)
        try folder.write("module.exports = { execute: (input) => input };", to: "pay.js")
        return try await folder.run(tests, filter: filter)
    }

    @Test func anOrderIsFollowedFromTheRequestToTheEvent() async throws {
        let report = try await run(
            """
            mocks: {components: {pay: {paid: "${input.amount}"}}}
            tests:
              - name: paid
                steps:
                  - request: {method: POST, path: /orders, body: {amount: 7}}
                    expect: {status: 201, body: {state: paying, id: {$type: string}}, save: {order: body.id}}
                  - request: {path: "/orders/${order}"}
                    expect: {status: 200, body: {state: paid, paid: "${{ it == 7 }}"}}
                  - expect:
                      instance: {id: "${order}", state: paid, completed: true, history: [begin, paid]}
                      resource: {type: orders, id: "${order}", state: paid, data: {amount: 7}}
                      events: [{topic: order.paid, count: 1, payload: {instanceId: "${order}"}}]
                      handled: [{handler: log, times: 1}]
                      calls: [{component: pay, times: 1, input: {amount: 7}, output: {paid: 7}}]
                      check: ["calls.length == 1", "vars.order == order"]
            """)
        #expect(report.complaints == [])
        #expect(report.failures == [])
        #expect(report.count(.passed) == 1)
        let coverage = try #require(report.coverage.first)
        #expect(coverage.parts.map(\.kind) == ["states", "transitions", "routes", "steps"])
        #expect(coverage.parts.map(\.missing) == [["order-flow.failed"], ["order-flow.fail"], ["GET /orders"], []])
    }

    @Test func retriesComeDueOnTheClockOfTheTest() async throws {
        let report = try await run(
            """
            mocks: {components: {pay: {$sequence: [{$error: away}, {$error: away}, {ok: true}]}}}
            tests:
              - name: retried
                given: [{instance: {workflow: order-flow, id: o1}}]
                steps:
                  - fire: {transition: begin, instance: o1}
                    expect: {result: {state: paying}, calls: [{component: pay, times: 1}]}
                  - advance: 749ms
                    expect: {calls: [{component: pay, times: 1}]}
                  - advance: 1ms
                    expect: {calls: [{component: pay, times: 2, input: {instanceId: o1}}]}
                  - advance: 1500ms
                    expect: {instance: {id: o1, state: paid}, calls: [{component: pay, times: 3}]}
            """)
        #expect(report.failures == [])
        #expect(report.complaints == [])
        #expect(report.count(.passed) == 1)
    }

    @Test func schedulesFireAtTheirTime() async throws {
        let report = try await run(
            """
            clock: "2026-01-05T02:59:00Z"
            tests:
              - name: nightly
                steps:
                  - advanceTo: "2026-01-05T02:59:59Z"
                    expect: {handled: [{handler: log, times: 0}]}
                  - advance: 1s
                    expect: {handled: [{handler: log, times: 1}]}
                  - advance: 2d
                    expect: {handled: [{handler: log, times: 3}]}
            """)
        #expect(report.failures == [])
        #expect(report.count(.passed) == 1)
    }

    @Test func otherHostsAreAnsweredByMocksOnly() async throws {
        let report = try await run(
            """
            tests:
              - name: answered
                mocks: {hosts: {"POST https://hooks.example.com/*": [{status: 503}, {status: 200}]}}
                steps:
                  - publish: {topic: told.all, payload: {n: 1}}
                  - advance: 1m
                    expect: {requests: [{url: "https://hooks.example.com/x", method: POST, body: {n: 1}, times: 2}]}
              - name: refused
                steps:
                  - publish: {topic: told.all, payload: {n: 1}}
                    expect: {requests: [{url: "https://hooks.example.com/x", times: 0}]}
            """)
        #expect(report.complaints == [])
        #expect(report.results.map(\.outcome) == [.passed, .failed])
        #expect(
            report.results.last?.log.last
                == "nothing leaves a test, and no mock answers POST https://hooks.example.com/x; add it to mocks.hosts")
    }

    @Test func everyDifferenceIsToldWithItsPlace() async throws {
        let report = try await run(
            """
            tests:
              - name: wrong
                steps:
                  - execute: {component: pay, input: {a: 1}}
                    expect:
                      result: {echo: {a: 2, b: {$any: true}}}
                      calls: [{component: pay, times: 2}]
                      check: 1 > 2
            """)
        #expect(
            report.failures == [
                "6:30 result.echo.a: 2 / 1", "6:36 result.echo.b: {\"$any\":true} / nothing",
                "7:31 calls of pay: 2 / 1; there were:\n"
                    + "{\"component\":\"pay\",\"input\":{\"a\":1},\"output\":{\"echo\":{\"a\":1}}}",
                "8:18 : that 1 > 2 is true / it is not",
            ])
        #expect(!report.isSuccess)
    }

    @Test func namesThatTheApplicationDoesNotHaveAreErrors() async throws {
        let report = try await run(
            """
            mocks: {components: {pya: {}}}
            tests: [{name: a, steps: [{expect: {calls: [{component: py}]}}]}]
            """)
        #expect(
            report.complaints == [
                "1:22 the application has no dynamic.component \"pya\" | did you mean \"pay\"?",
                "2:57 the application has no dynamic.component \"py\" | did you mean \"pay\"?",
            ])
        let given = try await run(
            "tests: [{name: a, given: [{instance: {workflow: order-flow, id: x, state: nwe}}], steps: [{advance: 1s}]}]"
        )
        #expect(given.complaints == ["1:75 \"order-flow\" has no state \"nwe\" | did you mean \"new\"?"])
    }

    @Test func eachTestBeginsAnew() async throws {
        let test = """
            {name: NAME, steps: [{request: {method: POST, path: /orders, body: {id: o1}}, expect: {status: 201}}]}
            """
        let tests = "tests: [\(test.replacing("NAME", with: "one")), \(test.replacing("NAME", with: "two"))]"
        #expect(try await run(tests).results.map(\.outcome) == [.passed, .passed])
        #expect(try await run(tests, filter: "TW").results.map(\.name) == ["two"])
    }
}
