import WorkflowCommandLine
import WorkflowCore
import WorkflowModules

/// Finds out whether scripts are components that the engine can run.
struct ComponentCheck {
    /// What the module scope may use.
    private static let limits = {
        var limits = ScriptLimits()
        limits.wallTime = .seconds(5)
        return limits
    }()
    /// Lists the members of `workflow`, so that the engine itself says what a script can call.
    private static let listing = ScriptSource(
        name: "listing.js",
        text: """
            module.exports = {
              execute() {
                const names = [];
                const walk = (value, path) => {
                  for (const key of Object.keys(value)) {
                    names.push(path + key);
                    if (typeof value[key] === "object") walk(value[key], `${path}${key}.`);
                  }
                };
                walk(workflow, "");
                return names;
              },
            };
            """)

    private let runtime: any ScriptRuntime

    /// Starts the sandbox.
    ///
    /// - Throws: ``CommandFailure`` when there is none.
    init() throws {
        runtime = try ScriptSandbox.runtime()
    }

    /// Ends the sandbox.
    func end() async {
        await runtime.shutdown()
    }

    /// What is wrong with a script, in the order of its text.
    ///
    /// - Throws: ``ScriptError`` when the sandbox does not work.
    func issues(of source: ScriptSource) async throws -> [ScriptError] {
        do {
            try runtime.check(source)
        } catch let error as ScriptError {
            return [error]
        }
        let found = ScriptLint.issues(of: source) + HostCallLint.issues(of: source, known: try await knownCalls())
        guard found.isEmpty else {
            return found.sorted { ($0.line ?? 0, $0.column ?? 0) < ($1.line ?? 0, $1.column ?? 0) }
        }
        return try await shapeIssues(of: source)
    }

    private func knownCalls() async throws -> Set<String> {
        let component = try await runtime.load(
            Self.listing, limits: Self.limits, host: ClosedHost(), configuration: [:])
        let names = try await component.execute([:])
        try await component.stop()
        return Set(names.arrayValue?.compactMap(\.stringValue) ?? [])
    }

    /// What the engine says about `module.exports`.
    private func shapeIssues(of source: ScriptSource) async throws -> [ScriptError] {
        // `init` needs the configuration of the component, which is not known here; on the last line it moves no other.
        let withoutInit = ScriptSource(
            name: source.name,
            text: source.text
                + "\n;if (typeof module.exports?.init === \"function\") module.exports.init = undefined;"
        )
        do {
            let component = try await runtime.load(
                withoutInit, limits: Self.limits, host: ClosedHost(), configuration: [:])
            try await component.stop()
            return []
        } catch let error as ScriptError where error.code != .workerLost {
            return [error]
        }
    }
}

/// Lets a script ask nothing of the engine.
struct ClosedHost: ScriptHost {
    let logLevel = "error"

    func log(level: String, message: String, metadata: JSONObject) {}

    func call(_ function: String, arguments: [JSONValue]) async throws -> JSONValue {
        throw WorkflowError(.forbidden, "\(function) cannot be used while a script is checked.")
    }
}

/// Finds members of `workflow` that there are not.
enum HostCallLint {
    private static let declarations: Set = ["const", "let", "var", "function", "class"]

    /// The calls that there are not, in the order of the text.
    ///
    /// - Parameters:
    ///   - source: The script.
    ///   - known: The members by their dotted paths, such as `kv` and `kv.get`.
    static func issues(of source: ScriptSource, known: Set<String>) -> [ScriptError] {
        let tokens = ScriptTokenizer.tokens(of: source.text)
        let isDeclared = zip(tokens, tokens.dropFirst()).contains {
            declarations.contains($0.text) && $1.text == "workflow"
        }
        // A script that gives the name to something of its own knows what that has.
        guard !isDeclared else { return [] }
        return tokens.indices.compactMap { index in
            let isGlobal = index == 0 || !(tokens[index - 1].isSign(".") || tokens[index - 1].isSign("?."))
            guard isGlobal, tokens[index].kind == .word, tokens[index].text == "workflow" else { return nil }
            var path = ""
            var position = index
            while position + 2 < tokens.count, tokens[position + 1].isSign(".") || tokens[position + 1].isSign("?."),
                tokens[position + 2].kind == .word
            {
                let name = tokens[position + 2]
                let longer = path.isEmpty ? name.text : "\(path).\(name.text)"
                guard known.contains(longer) else {
                    return path.isEmpty || known.contains { $0.hasPrefix("\(path).") }
                        ? unknown(longer, name, known) : nil
                }
                path = longer
                position += 2
            }
            return nil
        }
    }

    private static func unknown(_ path: String, _ token: ScriptToken, _ known: Set<String>) -> ScriptError {
        let hint = Suggestion.text(for: path, among: known.sorted(), what: "members of workflow")
        return ScriptError(
            .contract, Suggestion.sentence("workflow.\(path) is not available", hint), line: token.line,
            column: token.column)
    }
}
