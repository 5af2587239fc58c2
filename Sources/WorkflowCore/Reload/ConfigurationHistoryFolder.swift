import Foundation

/// The folder with the files of a history. Nothing here may run on a thread that must not wait for the disk.
struct ConfigurationHistoryFolder: Sendable {
    /// A file that cannot be used.
    struct Unusable: Error, CustomStringConvertible {
        let description: String
    }

    /// The largest file that is read or written, in bytes.
    static let maximumSize = 64 << 20

    private static let suffix = ".yaml"
    private static let temporaryPrefix = ".unfinished-"
    /// How old an unfinished file is when whoever wrote it must have ended, in seconds.
    private static let abandonedAfter: Int64 = 60

    let path: String

    /// The names in the folder; none when there is no folder yet.
    func names() throws(WorkflowError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            if access(path, F_OK) != 0, errno == ENOENT { return [] }
            throw WorkflowError(
                .unavailable, "The configuration history in \(path) cannot be listed; check its permissions.",
                cause: error)
        }
    }

    /// The number in the name of a version's file; `nil` for other names.
    static func number(of name: String) -> Int? {
        guard name.hasSuffix(suffix), let number = Int(name.dropLast(suffix.count)), number > 0,
            name == Self.name(of: number)
        else { return nil }
        return number
    }

    /// The name of a version's file; in order of name they are in order of number.
    static func name(of number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 8 - digits.count)) + digits + suffix
    }

    /// The bytes of a file.
    func contents(of name: String) throws(Unusable) -> [UInt8] {
        // A link may lead anywhere, and a pipe would block.
        let descriptor = open("\(path)/\(name)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw Unusable(description: Self.reason(errno)) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Unusable(description: "it is no file")
        }
        guard status.st_size <= Self.maximumSize else { throw Unusable(description: "it is too large") }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var total = 0
        while total < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress?.advanced(by: total), $0.count - total, off_t(total))
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Unusable(description: Self.reason(errno)) }
            if count == 0 { break }
            total += count
        }
        return Array(bytes.prefix(total))
    }

    /// Puts a file in place, whole or not at all, readable by its owner only and durable.
    func replace(_ name: String, with bytes: [UInt8]) throws(WorkflowError) {
        try Self.makeFolder(path)
        let temporary = "\(path)/\(Self.temporaryPrefix)\(getpid())-\(name)"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure("\(temporary) cannot be created", errno) }
        var code: Int32 = fchmod(descriptor, 0o600) == 0 ? 0 : errno
        if code == 0 { code = Self.writeAll(bytes, to: descriptor) }
        if code == 0, fsync(descriptor) != 0 { code = errno }
        if close(descriptor) != 0, code == 0 { code = errno }
        if code == 0, rename(temporary, "\(path)/\(name)") != 0 { code = errno }
        guard code == 0 else {
            unlink(temporary)
            throw Self.failure("\(path)/\(name) cannot be written", code)
        }
        try synchronize()
    }

    /// Removes a file; that it is gone already is no failure.
    func remove(_ name: String) throws(WorkflowError) {
        guard unlink("\(path)/\(name)") == 0 || errno == ENOENT else {
            throw Self.failure("\(path)/\(name) cannot be removed", errno)
        }
    }

    /// Whether a name is that of a file which a process that has ended did not finish.
    func isAbandoned(_ name: String, now: Timestamp) -> Bool {
        var status = stat()
        guard name.hasPrefix(Self.temporaryPrefix), lstat("\(path)/\(name)", &status) == 0 else { return false }
        #if canImport(Darwin)
        let modified = FileTime.nanoseconds(status.st_mtimespec)
        #else
        let modified = FileTime.nanoseconds(status.st_mtim)
        #endif
        return now.seconds - modified / 1_000_000_000 > Self.abandonedAfter
    }

    /// Whether a name is that of a file that is not finished yet.
    static func isUnfinished(_ name: String) -> Bool { name.hasPrefix(temporaryPrefix) }

    /// Makes what was renamed and removed durable.
    func synchronize() throws(WorkflowError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure("\(path) cannot be opened", errno) }
        defer { close(descriptor) }
        // Some file systems cannot synchronise folders, and do not need it.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw Self.failure("\(path) cannot be synchronised", errno)
        }
    }
}

extension ConfigurationHistoryFolder {
    private static func makeFolder(_ path: String) throws(WorkflowError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw failure("The folder \(path) cannot be created", errno)
        }
        try makeFolder(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw failure("The folder \(path) cannot be created", errno)
        }
    }

    /// - Returns: 0 or the error number.
    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        bytes.withUnsafeBytes { bytes in
            var total = 0
            while total < bytes.count {
                let count = write(descriptor, bytes.baseAddress?.advanced(by: total), bytes.count - total)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return count < 0 ? errno : EIO }
                total += count
            }
            return 0
        }
    }

    private static func reason(_ code: Int32) -> String {
        code == ELOOP ? "it is a symbolic link" : String(cString: strerror(code))
    }

    private static func failure(_ what: String, _ code: Int32) -> WorkflowError {
        WorkflowError(
            code == ENOSPC || code == EDQUOT ? .storageFull : .unavailable,
            "\(what): \(String(cString: strerror(code))).")
    }
}
