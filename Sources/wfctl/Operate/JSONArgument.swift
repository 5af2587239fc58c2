import WorkflowCommandLine
import WorkflowCore

/// A JSON object on the command line, or `@` and a file with one.
enum JSONArgument {
    /// Reads it; nothing becomes an empty object.
    ///
    /// - Throws: ``CommandFailure`` when it is something else.
    static func object(_ text: String?) throws -> JSONObject {
        guard let text else { return [:] }
        let content = text.hasPrefix("@") ? try InputFile.text(of: String(text.dropFirst())) : text
        do {
            guard let object = try JSONValue(parsing: content).objectValue else {
                throw CommandFailure(
                    .usage, "--data is not a JSON object.", hint: "such as '{\"reason\": \"checked\"}'")
            }
            return object
        } catch let error as JSONParsingError {
            throw CommandFailure(.usage, "--data is not JSON: \(error)", hint: "such as '{\"reason\": \"checked\"}'")
        }
    }
}
