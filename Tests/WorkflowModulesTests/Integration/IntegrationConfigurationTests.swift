import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct IntegrationConfigurationTests {
    private func issues(_ section: String) async throws -> [String] {
        try await IntegrationApplication.issues(
            """
            modules:
              - {name: integrations, type: integration.registry}
              - {name: router, type: test.routes}
            workflows:
              integration:
            \(section.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }.joined(separator: "\n"))
            """)
    }

    private func issuesOfStep(_ step: String) async throws -> [String] {
        try await issues(
            """
            connectors:
              - {name: api, type: http, config: {baseURL: 'https://api.example.com'}}
              - {name: hook, type: webhook, config: {path: /hook}}
            steps:
              - \(step)
            """)
    }

    @Test(arguments: [
        (
            "{name: a, connector: apo, action: GET /}",
            "app.yaml:10:30: error: workflows.integration.steps[0].connector: there is no connector \"apo\"\n    hint: did you mean \"api\"?"
        ),
        (
            "{name: a, connector: hook, action: GET /}",
            "app.yaml:10:30: error: workflows.integration.steps[0].connector: \"hook\" takes requests; a step cannot call a connector of type webhook"
        ),
        (
            "{name: a, connector: api, action: GOT /}",
            "app.yaml:10:43: error: workflows.integration.steps[0].action: \"GOT\" is no method that a step can use\n    hint: did you mean \"GET\"?"
        ),
        (
            "{name: a, connector: api, action: 'GET /{id'}",
            "app.yaml:10:43: error: workflows.integration.steps[0].action: a brace of the path does not end\n    hint: close it with }"
        ),
        (
            "{name: a, connector: api, action: GET /../x}",
            "app.yaml:10:43: error: workflows.integration.steps[0].action: the path must not have . or .. as a part of it"
        ),
        (
            "{name: a, connector: api, action: GET /, input: {b: [1, '${data.}']}}",
            "app.yaml:10:65: error: workflows.integration.steps[0].input.b[1]: unexpected \"}\" where a name after \".\" should stand (line 1, column 8 of the expression)\n    hint: other keys and indexes are written as [0] or [\"key\"]"
        ),
        (
            "{name: a, connector: api, action: GET /, transform: 'result.id +'}",
            "app.yaml:10:61: error: workflows.integration.steps[0].transform: the expression ends where a value should stand (line 1, column 12 of the expression)"
        ),
        (
            "{name: a, connector: api, action: GET /, retryCount: 101}",
            "app.yaml:10:62: error: workflows.integration.steps[0].retryCount: must be at most 100, is 101"
        ),
        (
            "{name: a, connector: api, action: GET /, retryDelay: 2h}",
            "app.yaml:10:62: error: workflows.integration.steps[0].retryDelay: must be at most 1h"
        ),
        (
            "{name: data, connector: api, action: GET /}",
            "app.yaml:10:16: error: workflows.integration.steps[0].name: \"data\" means something else\n    hint: choose another name"
        ),
    ])
    func aMistakeOfAStepIsToldWithItsPlace(step: String, issue: String) async throws {
        let issues = try await issuesOfStep(step)
        #expect(issues == [issue])
    }

    @Test func everythingThatIsWrongIsToldAtOnce() async throws {
        let issues = try await issues(
            """
            connectors:
              - {name: api, type: http, config: {baseURL: 'https://api.example.com'}}
              - {name: api, type: http, config: {baseURL: 'https://api.example.com'}}
            steps:
              - {name: a, connector: api, action: GET /}
              - {name: a, connector: none, action: GET /}
            workflows:
              a/b: {steps: [{name: a_error, connector: api, action: GET /, input: '${'}]}
              integration: {steps: [{name: b, connector: api, action: GET /}]}
            """)
        #expect(
            issues.map { $0.split(separator: "\n")[0].split(separator: "error: ")[1] } == [
                "workflows.integration.connectors[1].name: there is another connector \"api\"",
                "workflows.integration.steps[1].name: the name \"a\" is taken by another step",
                "workflows.integration.steps[1].connector: there is no connector \"none\"",
                "workflows.integration.workflows.a/b: the name of an integration has between 1 and 100 bytes, and neither / nor : in it",
                "workflows.integration.workflows.a/b.steps[0].input: the expression ends where a value should stand (line 1, column 3 of the expression)",
                "workflows.integration.workflows.integration: \"integration\" is the workflow of the steps above already",
            ])
    }

    @Test(arguments: [
        ("{name: c, type: http}", "missing key \"baseURL\"; connectors of type http need it"),
        ("{name: c, type: http, config: {baseURL: ftp://a}}", "only http and https URLs can be fetched"),
        ("{name: c, type: rest, config: {baseURL: 'http://a?b'}}", "must have neither a query nor a fragment"),
        (
            "{name: c, type: api, config: {baseURL: 'http://a', path: /}}",
            "the key \"path\" is not for connectors of type api"
        ),
        (
            "{name: c, type: http, config: {baseURL: 'http://a', authType: bearer}}",
            "missing key \"token\"; authType bearer needs it"
        ),
        (
            "{name: c, type: http, config: {baseURL: 'http://a', authType: basic, username: u}}",
            "missing key \"password\"; authType basic needs it"
        ),
        ("{name: c, type: http, config: {baseURL: 'http://a', token: t}}", "\"token\" is not used with authType none"),
        (
            "{name: c, type: http, config: {baseURL: 'http://a', headers: {Host: b}}}",
            "the header \"Host\" is set by the engine"
        ),
        (
            "{name: c, type: http, config: {baseURL: 'http://a', authType: digest}}",
            "must be one of none, basic, bearer, is \"digest\""
        ),
        ("{name: c, type: soap}", "must be one of http, rest, api, webhook, database, is \"soap\""),
        ("{name: c, type: webhook, config: {path: hook}}", "must begin with /"),
        (
            "{name: c, type: database, config: {driver: sqlite, dsn: a.db}}",
            "a connector does not open databases itself"
        ),
        ("{name: c, type: database, config: {database: integrations}}", "is not a database"),
    ])
    func aMistakeOfAConnectorIsTold(connector: String, problem: String) async throws {
        let issues = try await issues(
            """
            connectors:
              - \(connector)
              - {name: api, type: http, config: {baseURL: 'https://api.example.com'}}
            steps:
              - {name: a, connector: api, action: GET /}
            """)
        #expect(issues.count == 1, "\(issues)")
        #expect(issues.first?.hasPrefix("app.yaml:7:") == true)
        #expect(issues.first?.contains(problem) == true, "\(issues)")
    }

    @Test func stepsAreNeededAndTriggersNameIntegrations() async throws {
        let none = try await issues("connectors: []")
        #expect(
            none == [
                "app.yaml:6:5: error: workflows.integration: there are no steps\n    hint: give steps, or workflows with steps"
            ])
        let yaml = IntegrationApplication.yaml("http://a.example", ["{name: a, connector: api, action: GET /}"])
        let jobs = "[{cron: '@daily', workflow: integration, action: integraton}]"
        let wrong = try await IntegrationApplication.issues("\(yaml)\ntriggers: {schedule: {jobs: \(jobs)}}")
        #expect(
            wrong == [
                "app.yaml:12:78: error: triggers.schedule.jobs[0].action: there is no integration \"integraton\"\n    hint: did you mean \"integration\"?"
            ])
    }

    @Test func theExamplesAreValid() async throws {
        for descriptor in [IntegrationRegistryModule.descriptor, IntegrationWorkflowModule.descriptor] {
            for example in descriptor.examples {
                let issues = try await IntegrationApplication.issues(example.yaml)
                #expect(issues.isEmpty, "\(example.title)")
            }
        }
    }

    @Test func routesNeedARouter() async throws {
        let yaml = IntegrationApplication.yaml(
            "http://a.example", ["{name: a, connector: api, action: GET /}"], registry: "expose: true")
        let issues = try await IntegrationApplication.issues(
            yaml.replacing("  - {name: router, type: test.routes}\n", with: ""))
        #expect(
            issues == [
                "app.yaml:5:3: error: workflows.integration: \"integrations\" has expose: true, which needs a router\n    hint: add a module of type http.router"
            ])
    }
}
