import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl component check`
struct CheckComponent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Checks that scripts are components.",
        discussion: """
            Finds what is no JavaScript, what a component cannot use, calls of workflow that there are not, and what \
            the engine misses in module.exports. The module scope runs in the sandbox of the server for that; init, \
            start and execute do not. Ends with 65 when one of the scripts is wrong.
            """)

    @Argument(help: "Files with JavaScript.", completion: .file(extensions: ["js"]))
    var files: [String]

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let check = try ComponentCheck()
        var results: [(file: String, text: String, issues: [ScriptError])] = []
        do {
            for file in files {
                let text = try InputFile.text(of: file)
                results.append((file, text, try await check.issues(of: ScriptSource(name: file, text: text))))
            }
            await check.end()
        } catch {
            await check.end()
            throw error
        }
        output.write(.array(results.map { document($0.file, $0.issues) })) { width, style in
            results.flatMap { file, text, issues -> [String] in
                guard !issues.isEmpty else { return ["\(PlainText.line(file)) \(style.green("is valid"))."] }
                return issues.flatMap {
                    ScriptFailureText.lines($0, file: file, text: text, width: width, style: style)
                }
            }
        }
        if results.contains(where: { !$0.issues.isEmpty }) { throw ExitCode(ExitStatus.configuration.rawValue) }
    }

    private func document(_ file: String, _ issues: [ScriptError]) -> JSONValue {
        var document: JSONObject = ["file": .string(file), "valid": .bool(issues.isEmpty)]
        // The first one also stands in the document itself, where it always stood.
        if let first = issues.first { document.merge(Self.document(first)) }
        document["issues"] = .array(issues.map { .object(Self.document($0)) })
        return .object(document)
    }

    private static func document(_ issue: ScriptError) -> JSONObject {
        var document: JSONObject = ["code": .string(issue.code.description), "message": .string(issue.message)]
        if let line = issue.line { document["line"] = .integer(Int64(line)) }
        if let column = issue.column { document["column"] = .integer(Int64(column)) }
        return document
    }
}

/// An error of a script, for people.
enum ScriptFailureText {
    /// The error with its place and the line of the script.
    static func lines(
        _ error: ScriptError, file: String, text: String, width: Int?, style: TextStyle
    ) -> [String] {
        let place = SourceLocation(file: file, line: error.line ?? 0, column: error.column ?? 0)
        var excerpt = SourceExcerpt(width: width, text: text)
        return [style.bold("\(place): \(style.red("error")): ") + PlainText.line(error.message)]
            + excerpt.lines(at: place).map(style.dim)
    }
}
