import Testing
import WorkflowCore

@testable import WorkflowModules

@Suite struct ScriptLintTests {
    private func places(_ text: String) -> [String] {
        ScriptLint.issues(of: ScriptSource(name: "a.js", text: text)).map { issue in
            "\(issue.line ?? 0):\(issue.column ?? 0) \(issue.message.prefix { $0 != " " })"
        }
    }

    @Test(arguments: [
        ("const fs = require('fs');", "1:12 require"), ("import x from 'y';", "1:1 import"),
        ("let x;\n  x = await import('y');", "2:13 import"), ("export default {};", "1:1 export"),
        ("return process.env.HOME;", "1:8 process"), ("if (process) {}", "1:5 process"),
        ("a ? process : b", "1:5 process"), ("new Function('x')", "1:5 Function"), ("eval(text)", "1:1 eval"),
        ("4 / require / 2", "1:5 require"), ("`a ${ {b: `c ${eval(1)}`} } d`", "1:16 eval"),
        ("😀; eval(1)", "1:5 eval"), ("'open\nprocess", "2:1 process"),
        ("(x = require('y')) => x", "1:6 require"), ("fetch('https://a.example')", "1:1 fetch"),
        ("globalThis.x = 1", "1:1 globalThis"), ("globalThis['x'].y += 1", "1:1 globalThis"),
        ("delete globalThis.x", "1:8 globalThis"), ("Object.assign(globalThis, {})", "1:15 globalThis"),
        ("globalThis.count++", "1:1 globalThis"),
    ])
    func whatAScriptMayNotUseIsFound(text: String, issue: String) {
        #expect(places(text) == [issue])
    }

    @Test(arguments: [
        "order.process + order?.fetch", "({ process: 1, fetch(url) { return url; } })",
        "// require('x')\n/* eval(1) */ 'process' + \"import\" + `export`", "/require\\('x'\\)[/'\"]/.test(text)",
        "function run(process) { return process.id; }", "const { fetch } = workflow; fetch('x')",
        "const process = 1; process", "items.map(process => process.id)", "try {} catch (process) { process; }",
        "typeof require === 'function'", "value instanceof Function", "class A { import() {} }",
        "if (globalThis.x === 1) {}", "const globals = globalThis", "module.exports = { execute(i) { return i; } }",
    ])
    func whatOnlyLooksLikeItIsNot(text: String) {
        #expect(places(text) == [])
    }

    @Test(arguments: ["`", "'", "\"", "/", "/*", "${", "}", "`${`${", "((((", "\\", "a\\", "const {", "globalThis["])
    func piecesOfScriptsAreTakenAsTheyAre(text: String) {
        #expect(places(text) == [])
    }

    @Test func aLongScriptIsCheckedInLinearTime() {
        for piece in ["const { ", "((", "globalThis[", "`${", "(a = (", "=> {"] {
            _ = places(String(repeating: piece, count: 5000))
        }
        #expect(places(String(repeating: "eval(1);\n", count: 100)).count == 20)
    }
}
