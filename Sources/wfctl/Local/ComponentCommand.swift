import ArgumentParser
import WorkflowCommandLine
import WorkflowCore
import WorkflowJavaScript

/// `wfctl component`: scripts of components.
struct ComponentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "component", abstract: "Checks scripts of components.", subcommands: [CheckComponent.self])
}

/// `wfctl component check`
struct CheckComponent: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Checks that scripts are programs.",
        discussion: "The scripts are parsed and not run. Ends with 65 when one of them is wrong.")

    @Argument(help: "Files with JavaScript.", completion: .file(extensions: ["js"]))
    var files: [String]

    @OptionGroup var output: OutputOptions

    func run() throws {
        let results = try files.map { (file: $0, error: try check($0)) }
        output.write(.array(results.map { document($0.file, $0.error?.error) })) { width, style in
            results.flatMap { file, failure -> [String] in
                guard let failure else { return ["\(PlainText.line(file)) \(style.green("is valid"))."] }
                let place = SourceLocation(
                    file: file, line: failure.error.line ?? 0, column: failure.error.column ?? 0)
                var excerpt = SourceExcerpt(width: width, text: failure.text)
                return [style.bold("\(place): \(style.red("error")): ") + PlainText.line(failure.error.message)]
                    + excerpt.lines(at: place).map(style.dim)
            }
        }
        if results.contains(where: { $0.error != nil }) { throw ExitCode(ExitStatus.configuration.rawValue) }
    }

    private func check(_ file: String) throws -> (error: ScriptError, text: String)? {
        #if JavaScript
        let text = try InputFile.text(of: file)
        do {
            try JavaScriptSyntax.check(ScriptSource(name: file, text: text))
            return nil
        } catch {
            return (error, text)
        }
        #else
        throw CommandFailure(
            .unavailable, "This wfctl was built without JavaScript.", hint: "build it with the trait JavaScript")
        #endif
    }

    private func document(_ file: String, _ error: ScriptError?) -> JSONValue {
        var document: JSONObject = ["file": .string(file), "valid": .bool(error == nil)]
        guard let error else { return .object(document) }
        document["code"] = .string(error.code.description)
        document["message"] = .string(error.message)
        if let line = error.line { document["line"] = .integer(Int64(line)) }
        if let column = error.column { document["column"] = .integer(Int64(column)) }
        return .object(document)
    }
}
