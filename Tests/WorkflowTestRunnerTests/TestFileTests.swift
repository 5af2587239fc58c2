import Testing
import WorkflowCore
import WorkflowTestRunner

@Suite struct TestFileTests {
    private func issues(_ yaml: String) -> [String] {
        do {
            _ = try TestFile(yaml: yaml, path: "a/b.test.yaml")
            return []
        } catch let error as ConfigurationError {
            return error.issues.map { "\($0.location): \($0.message)" + ($0.suggestion.map { " | \($0)" } ?? "") }
        } catch {
            return ["\(error)"]
        }
    }

    @Test func theApplicationStandsBesideTheTests() throws {
        let tests = "tests: [{name: a, steps: [{advance: 1s}]}]"
        #expect(try TestFile(yaml: tests, path: "a/b.test.yaml").application == ["a/workflow.yaml"])
        let named = try TestFile(yaml: "application: [../x.yaml, y]\n\(tests)", path: "a/b.test.yaml")
        #expect(named.application == ["a/../x.yaml", "a/y"])
        #expect(named.count == 1)
    }

    @Test func unknownKeysAreErrorsWithTheirPlace() {
        #expect(
            issues("tests: [{name: a, steps: [{request: {pth: /}}]}]")
                == [
                    "a/b.test.yaml:1:38: unknown key \"pth\" | did you mean \"path\"?",
                    "a/b.test.yaml:1:37: missing key \"path\" | path: The path, with the query if you like, such as "
                        + "`/api/orders/${order}`.",
                ].sorted())
        #expect(
            issues("test: []") == [
                "a/b.test.yaml:1:1: unknown key \"test\" | did you mean \"tests\"?",
                "a/b.test.yaml:1:1: missing key \"tests\" | tests: The tests; each runs an application of its own.",
            ])
    }

    @Test func aStepDoesOneThing() {
        #expect(
            issues("tests: [{name: a, steps: [{advance: 1s, publish: {topic: t}}]}]") == [
                "a/b.test.yaml:1:41: a step does one thing, and this one has \"advance\" already | "
                    + "make it a step of its own"
            ])
        #expect(
            issues("tests: [{name: a, steps: [{name: b}]}]") == [
                "a/b.test.yaml:1:27: the step does nothing | the actions are: request, publish, invoke, fire, execute, "
                    + "advance, advanceTo"
            ])
    }

    @Test func expectationsOfAnAnswerNeedARequest() {
        #expect(
            issues("tests: [{name: a, steps: [{advance: 1s, expect: {status: 200}}]}]") == [
                "a/b.test.yaml:1:50: \"status\" needs a request in the same step | "
                    + "move it to the step with the request"
            ])
        #expect(
            issues("tests: [{name: a, steps: [{advance: 1s, expect: {error: x}}]}]") == [
                "a/b.test.yaml:1:50: \"error\" needs invoke, fire or execute in the same step"
            ])
    }

    @Test func operatorsAreChecked() {
        func body(_ text: String) -> [String] {
            issues("tests: [{name: a, steps: [{request: {path: /}, expect: {body: \(text)}}]}]")
        }
        #expect(body("{$gtt: 1}") == ["a/b.test.yaml:1:64: unknown operator \"$gtt\" | did you mean \"$gt\"?"])
        #expect(
            body("{$any: true, b: 1}") == [
                "a/b.test.yaml:1:76: \"b\" stands beside \"$any\", which is about the whole value | "
                    + "to have both, use $all: [{…}, {…}]"
            ])
        #expect(body("{$any: false}") == ["a/b.test.yaml:1:70: must be true | $any: true"])
        #expect(body("{$type: text}").first?.hasPrefix("a/b.test.yaml:1:71: there is no type \"text\"") == true)
        #expect(body("'${{ it > }}'").first?.hasPrefix("a/b.test.yaml:1:63: ") == true)
    }

    @Test func mocksAreChecked() {
        func mock(_ text: String) -> [String] { issues("mocks: {components: {pay: \(text)}}\ntests: []") }
        #expect(mock("{$eror: x}") == ["a/b.test.yaml:1:28: unknown key \"$eror\" | did you mean \"$error\"?"])
        #expect(
            mock("{$error: x, paid: true}") == [
                "a/b.test.yaml:1:36: a call that fails returns nothing besides | keep $error alone"
            ])
        #expect(
            mock("{$sequence: []}") == ["a/b.test.yaml:1:39: expected a list with what each call returns, found list"])
    }
}
