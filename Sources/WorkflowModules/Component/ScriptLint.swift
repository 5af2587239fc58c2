package import WorkflowCore

/// Finds what a script may not use, so that its author learns of it before the script runs.
///
/// This is for people. What keeps scripts in their place is that the engine does not have these things.
package struct ScriptLint {
    private static let largestCount = 20
    /// How many tokens a list of parameters, a pattern or the path to a member may have to be looked at.
    private static let reach = 100
    private static let assignments: Set = [
        "=", "+=", "-=", "*=", "/=", "%=", "**=", "<<=", ">>=", ">>>=", "&=", "|=", "^=", "&&=", "||=", "??=", "++",
        "--",
    ]
    private static let oneFile = "a component is one file, and what it needs of the engine is in workflow"
    private static let noStrings = "code from strings is not run"
    /// What a script may not use, and what to do instead.
    private static let forbidden = [
        "require": oneFile, "import": oneFile, "export": "set module.exports to an object instead",
        "importScripts": oneFile, "process": "the key config of the component gives a script what it has to know",
        "global": "a component has only what it declares", "Deno": oneFile, "Bun": oneFile,
        "__dirname": "a component has no files", "__filename": "a component has no files",
        "Buffer": "use workflow.base64 or text", "eval": noStrings, "Function": noStrings,
        "WebAssembly": "only JavaScript is run", "SharedArrayBuffer": "a component shares no memory",
        "Atomics": "a component shares no memory", "ShadowRealm": noStrings,
        "FinalizationRegistry": "a component does not see the end of its objects", "fetch": "use workflow.fetch",
        "XMLHttpRequest": "use workflow.fetch", "WebSocket": "use workflow.fetch",
        "setInterval": "use workflow.sleep in a loop", "setImmediate": "use setTimeout",
    ]
    private static let declarations: Set = ["const", "let", "var", "function", "class", "catch"]
    private static let conditions: Set = ["if", "while", "for", "switch", "with"]

    private let tokens: [ScriptToken]
    /// For each opening parenthesis the closing one.
    private var closing: [Int: Int] = [:]
    /// The names that the script declares itself.
    private var declared: Set<String> = []

    private init(_ text: String) {
        tokens = ScriptTokenizer.tokens(of: text)
        var open: [Int] = []
        for (index, token) in tokens.enumerated() {
            if token.isSign("(") { open.append(index) }
            if token.isSign(")"), let start = open.popLast() { closing[start] = index }
        }
        findDeclarations()
    }

    /// What a script may not use, in the order of the text.
    package static func issues(of source: ScriptSource) -> [ScriptError] {
        let lint = ScriptLint(source.text)
        return Array(lint.tokens.indices.lazy.compactMap { lint.issue(at: $0) }.prefix(largestCount))
    }

    private mutating func findDeclarations() {
        for index in tokens.indices where tokens[index].kind == .word {
            if let next = token(index + 1), next.isSign("=>") { declared.insert(tokens[index].text) }
            if let before = token(index - 1), before.kind == .word, Self.declarations.contains(before.text) {
                declared.insert(tokens[index].text)
            }
        }
        for (start, end) in closing {
            let next = token(end + 1)
            let isFunction = next?.isSign("=>") == true || next?.isSign("{") == true
            guard isFunction, end - start < Self.reach, !Self.conditions.contains(token(start - 1)?.text ?? "") else {
                continue
            }
            for index in start + 1..<max(end, start + 1) where tokens[index].kind == .word {
                // A default value comes after a `=`, and is no parameter.
                if token(index - 1)?.isSign("=") != true { declared.insert(tokens[index].text) }
            }
        }
        // `const { process } = …` and `const [fetch] = …`.
        for index in tokens.indices where ["const", "let", "var"].contains(tokens[index].text) {
            guard let first = token(index + 1), first.isSign("{") || first.isSign("[") else { continue }
            var position = index + 2
            while position < index + Self.reach, let token = token(position), !token.isSign("="), !token.isSign(";") {
                if token.kind == .word { declared.insert(token.text) }
                position += 1
            }
        }
    }

    private func token(_ index: Int) -> ScriptToken? {
        tokens.indices.contains(index) ? tokens[index] : nil
    }

    private func issue(at index: Int) -> ScriptError? {
        let word = tokens[index]
        guard word.kind == .word, !isMember(index) else { return nil }
        if word.text == "globalThis" {
            guard isChanged(index) else { return nil }
            return error(word, "globalThis must not be changed", "a component has only what it declares")
        }
        guard let advice = Self.forbidden[word.text], !declared.contains(word.text), !isKey(index) else { return nil }
        // Asking whether it is there does no harm.
        guard token(index - 1)?.text != "typeof" else { return nil }
        if word.text == "Function", token(index + 1)?.isSign("(") != true { return nil }
        return error(word, "\(word.text) is not available", advice)
    }

    private func error(_ token: ScriptToken, _ message: String, _ advice: String) -> ScriptError {
        ScriptError(.contract, "\(message): \(advice)", line: token.line, column: token.column)
    }

    /// Whether the word is a member of something, as in `order.process`.
    private func isMember(_ index: Int) -> Bool {
        token(index - 1).map { $0.isSign(".") || $0.isSign("?.") } ?? false
    }

    /// Whether the word names a property or a method, as in `{ process: 1, fetch() {} }`.
    private func isKey(_ index: Int) -> Bool {
        guard let next = token(index + 1) else { return false }
        let before = token(index - 1)
        if next.isSign(":") { return before.map { $0.isSign("{") || $0.isSign(",") } ?? false }
        guard next.isSign("("), let end = closing[index + 1] else { return false }
        return token(end + 1)?.isSign("{") == true
    }

    /// Whether `globalThis` is written to: assigned, deleted from, or given to a function of `Object` or `Reflect`.
    private func isChanged(_ index: Int) -> Bool {
        if token(index - 1)?.text == "delete" { return true }
        if token(index - 1)?.isSign("(") == true, let method = token(index - 2)?.text, isMember(index - 2),
            ["assign", "defineProperty", "defineProperties", "setPrototypeOf", "set", "deleteProperty"].contains(method)
        {
            return true
        }
        if let before = token(index - 1), before.isSign("++") || before.isSign("--") { return true }
        var position = index + 1
        var depth = 0
        while position < index + Self.reach, let next = token(position) {
            if next.isSign("[") {
                depth += 1
            } else if next.isSign("]"), depth > 0 {
                depth -= 1
            } else if depth == 0, !next.isSign("."), !(next.kind == .word && isMember(position)) {
                return next.kind == .sign && Self.assignments.contains(next.text)
            }
            position += 1
        }
        return false
    }
}
