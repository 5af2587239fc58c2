import Foundation
import WorkflowCore

/// The key that the keys for secrets of workflows are encrypted with.
enum PlatformKeyFile {
    /// The variable that the key can be given in.
    static let variable = "WORKFLOW_PLATFORM_KEY"

    /// Takes the key of the environment, else the one in the folder, which is made when there is none.
    ///
    /// - Throws: ``WorkflowError`` when the file cannot be used, or others may read it.
    static func key(environment: [String: String], folder: String) throws -> SecretString {
        if let value = environment[variable], !value.isEmpty { return SecretString(value) }
        let path = "\(folder)/platform.key"
        try make(path, in: folder)
        var attributes = stat()
        guard stat(path, &attributes) == 0, let data = FileManager.default.contents(atPath: path) else {
            throw WorkflowError(.unavailable, "\(path) cannot be read; check its permissions.")
        }
        guard attributes.st_mode & 0o077 == 0 else {
            throw WorkflowError(.invalidInput, "Others may read \(path): chmod 600 it, and change the secrets.")
        }
        let key = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard key.utf8.count >= 32 else {
            throw WorkflowError(.invalidInput, "\(path) is damaged: a key has at least 32 bytes.")
        }
        return SecretString(key)
    }

    /// Writes a new key beside its place first, so that a half-written one is never found there.
    private static func make(_ path: String, in folder: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else { return }
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        var generator = SystemRandomNumberGenerator()
        let key = Data((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }).base64EncodedString()
        let fresh = "\(path).\(ProcessInfo.processInfo.processIdentifier)"
        unlink(fresh)
        let descriptor = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw WorkflowError(.unavailable, "\(path) cannot be written; check the permissions of the folder.")
        }
        defer { unlink(fresh) }
        let bytes = Array("\(key)\n".utf8)
        let isWritten = write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        guard close(descriptor) == 0, isWritten else {
            throw WorkflowError(.unavailable, "\(path) cannot be written.")
        }
        // Unlike a rename, a link never replaces the key that another process has made meanwhile.
        guard link(fresh, path) == 0 || errno == EEXIST else {
            throw WorkflowError(.unavailable, "\(path) cannot be written.")
        }
    }
}
