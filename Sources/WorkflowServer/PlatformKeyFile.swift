import Foundation
package import WorkflowCore

/// The key that the keys for secrets of workflows are encrypted with.
package enum PlatformKeyFile {
    /// The variable that the key can be given in.
    package static let variable = "WORKFLOW_PLATFORM_KEY"
    private static let shortest = 32

    /// Takes the key of the environment, else the one in the folder, which is made when there is none.
    ///
    /// - Throws: ``WorkflowError`` when the file cannot be used, others may read it, or it holds no key.
    package static func key(environment: [String: String], folder: String) throws -> SecretString {
        if let value = environment[variable], !value.isEmpty { return SecretString(value) }
        let path = "\(folder)/platform.key"
        try make(path, in: folder)
        let text = try PrivateFile.text(path, name: "The key of the platform")
        let key = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard key.utf8.count >= shortest, key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw WorkflowError(
                .invalidInput,
                "\(path) is damaged: a key is a line of at least \(shortest) characters. Put it back from a copy; "
                    + "another key reads none of the secrets.")
        }
        return SecretString(key)
    }

    /// Writes a new key beside its place first, so that a half-written one is never found there.
    private static func make(_ path: String, in folder: String) throws {
        guard access(path, F_OK) != 0 else { return }
        guard errno == ENOENT else { throw unwritable(path) }
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        var generator = SystemRandomNumberGenerator()
        let key = Data((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }).base64EncodedString()
        var fresh = Array("\(path).XXXXXX".utf8CString)
        // For its owner only, and of no name that is there.
        let descriptor = mkstemp(&fresh)
        guard descriptor >= 0 else { throw unwritable(path) }
        defer { unlink(fresh) }
        let bytes = Array("\(key)\n".utf8)
        let isWritten = write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        guard close(descriptor) == 0, isWritten else { throw unwritable(path) }
        // Unlike a rename, a link never replaces the key that another process has made meanwhile.
        guard link(fresh, path) == 0 || errno == EEXIST else { throw unwritable(path) }
        try keep(folder)
    }

    /// Makes sure that the name of the key is on the disk as well, before anything is encrypted with it.
    private static func keep(_ folder: String) throws {
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
        guard descriptor >= 0 else { throw unwritable(folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw unwritable(folder) }
    }

    private static func unwritable(_ path: String) -> WorkflowError {
        WorkflowError(
            .unavailable, "\(path) cannot be written: \(PrivateFile.reason(errno)). Give another --folder.")
    }
}
