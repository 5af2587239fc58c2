import Foundation

/// A text that is on the disk beside the file which it is to replace.
package struct StagedFile {
    private let temporary: String
    private let target: String
    private let path: String

    /// Writes a text to a temporary file in the folder of a file. Links are followed, so that they stay.
    ///
    /// - Throws: ``WorkflowError`` `.storageFull`, or `.conflict` when the folder does not take it.
    package init(_ text: String, for path: String) throws {
        let target = Self.withoutLinks(path)
        let folder = target.lastIndex(of: "/").map { String(target[..<$0]) } ?? "."
        let name = target.lastIndex(of: "/").map { String(target[target.index(after: $0)...]) } ?? target
        var template = Array("\(folder)/.\(name.prefix(100)).XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw Self.failure(errno, path) }
        self.path = path
        self.target = target
        temporary = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var problem = Self.fill(descriptor, Array(text.utf8), like: target)
        if close(descriptor) != 0, problem == 0 { problem = errno }
        guard problem == 0 else {
            discard()
            throw Self.failure(problem, path)
        }
    }

    /// Puts the text in place of the file; afterwards it survives a loss of power.
    ///
    /// - Throws: ``WorkflowError`` `.storageFull`, or `.conflict`; the file is as it was then.
    package func publish() throws {
        guard rename(temporary, target) == 0 else { throw Self.failure(errno, path) }
        let folder = target.lastIndex(of: "/").map { String(target[...$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY)
        guard descriptor >= 0 else { return }
        // The file has been replaced; a file system that cannot write its folders down now does so later.
        fsync(descriptor)
        close(descriptor)
    }

    /// Removes the temporary file.
    package func discard() {
        unlink(temporary)
    }

    /// - Returns: 0, or what went wrong.
    private static func fill(_ descriptor: Int32, _ bytes: [UInt8], like target: String) -> Int32 {
        var attributes = stat()
        let mode = stat(target, &attributes) == 0 ? attributes.st_mode & 0o7777 : 0o644
        guard fchmod(descriptor, mode) == 0 else { return errno }
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return errno }
            written += count
        }
        return fsync(descriptor) == 0 ? 0 : errno
    }

    private static func withoutLinks(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func failure(_ code: Int32, _ path: String) -> WorkflowError {
        let reason = String(cString: strerror(code))
        guard code != ENOSPC, code != EDQUOT else {
            return WorkflowError(.storageFull, "The file \(path) cannot be written: \(reason).")
        }
        return WorkflowError(
            .conflict,
            "The file \(path) cannot be written: \(reason). Make it writable, or change it where it comes from.")
    }
}
