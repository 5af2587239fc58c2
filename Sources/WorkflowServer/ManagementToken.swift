import Foundation
import WorkflowCore

/// The token that the management API asks for.
struct ManagementToken {
    /// The token.
    let value: String
    /// The file it is kept in, when it was made here.
    let file: String?

    /// Takes the token of the environment variable `WORKFLOW_MANAGEMENT_TOKEN`, else the one in the state folder, which
    /// is made when there is none.
    ///
    /// - Parameter folder: The state folder; without one the token lives as long as the process.
    init(environment: [String: String], folder: String?) throws {
        if let value = environment["WORKFLOW_MANAGEMENT_TOKEN"], !value.isEmpty {
            (self.value, self.file) = (value, nil)
            return
        }
        let fresh = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
            .map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        guard let folder else {
            (self.value, self.file) = (fresh, nil)
            return
        }
        let path = "\(folder)/management-token"
        if let stored = try? String(contentsOfFile: path, encoding: .utf8), stored.count >= 32 {
            (self.value, self.file) = (stored.trimmingCharacters(in: .whitespacesAndNewlines), path)
            return
        }
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let isWritten = FileManager.default.createFile(
            atPath: path, contents: Data((fresh + "\n").utf8), attributes: [.posixPermissions: 0o600])
        guard isWritten else {
            throw WorkflowError(.unavailable, "\(path) cannot be written; check the permissions of the folder.")
        }
        (self.value, self.file) = (fresh, path)
    }
}
