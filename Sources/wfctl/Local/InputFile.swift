import Foundation
import WorkflowCommandLine

/// Reads files that a person names.
enum InputFile {
    private static let largest = 8 << 20

    /// The text of a file; `-` is standard input.
    ///
    /// - Throws: ``CommandFailure`` that says why it cannot be read.
    static func text(of path: String) throws -> String {
        let data: Data
        if path == "-" {
            data = try FileHandle.standardInput.read(upToCount: largest + 1) ?? Data()
        } else {
            data = try read(path)
        }
        guard data.count <= largest else {
            throw CommandFailure(.noInput, "\(path) is larger than 8 MB.")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw CommandFailure(.noInput, "\(path) is not UTF-8 text.", hint: "save it as UTF-8")
        }
        return text
    }

    /// Opens a file; `-` is standard input.
    ///
    /// - Throws: ``CommandFailure`` that says why it cannot be read.
    static func handle(of path: String) throws -> FileHandle {
        guard path != "-" else { return .standardInput }
        return try explaining(path) { try FileHandle(forReadingFrom: URL(fileURLWithPath: path)) }
    }

    private static func read(_ path: String) throws -> Data {
        try explaining(path) {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? handle.close() }
            return try handle.read(upToCount: largest + 1) ?? Data()
        }
    }

    private static func explaining<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            let reason =
                switch (error as? CocoaError)?.code {
                case .fileReadNoSuchFile?, .fileNoSuchFile?: "there is no such file"
                case .fileReadNoPermission?: "this user may not read it"
                default: error.localizedDescription
                }
            throw CommandFailure(.noInput, "\(path) cannot be read: \(reason).", hint: "check the path")
        }
    }
}
