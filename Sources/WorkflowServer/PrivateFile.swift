import Foundation
import WorkflowCore

/// A file with secrets, which only whoever runs the program may read.
package enum PrivateFile {
    private static let most = 1 << 20

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: Where it is.
    ///   - name: What it is called in errors, such as the option that names it.
    /// - Throws: ``WorkflowError`` `.unavailable` when it cannot be read, `.invalidInput` when others may read it, it
    ///   belongs to somebody else, or it is no text.
    package static func text(_ path: String, name: String) throws -> String {
        guard access(path, F_OK) == 0 else {
            let problem = errno == ENOENT ? "there is no file \(path)" : "\(path) cannot be read: \(reason(errno))"
            throw WorkflowError(.unavailable, "\(name): \(problem).")
        }
        let file = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let attributes = try FileManager.default.attributesOfItem(atPath: file)
        func number(_ key: FileAttributeKey) -> Int? { (attributes[key] as? NSNumber)?.intValue }
        guard attributes[.type] as? FileAttributeType == .typeRegular else {
            throw WorkflowError(.invalidInput, "\(name): \(path) is not a file.")
        }
        guard number(.ownerAccountID) == Int(geteuid()) else {
            throw WorkflowError(
                .invalidInput, "\(name): \(path) belongs to another user, who can read and change it: chown it.")
        }
        guard let permissions = number(.posixPermissions), permissions & 0o077 == 0 else {
            throw WorkflowError(
                .invalidInput, "\(name): others may read \(path): chmod 600 it, and change the secrets in it.")
        }
        guard let size = number(.size), size <= most else {
            throw WorkflowError(.invalidInput, "\(name): \(path) is larger than \(most) bytes.")
        }
        guard let data = FileManager.default.contents(atPath: file) else {
            throw WorkflowError(.unavailable, "\(name): \(path) cannot be read; check its permissions.")
        }
        guard let text = String(bytes: data, encoding: .utf8) else {
            throw WorkflowError(.invalidInput, "\(name): \(path) is no text (UTF-8).")
        }
        return text
    }

    /// What the number of an error of the system means.
    static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
