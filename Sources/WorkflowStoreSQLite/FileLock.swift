#if SQLite
import WorkflowStore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// An advisory lock on a file beside a database. It ends with the process, however that ends.
struct FileLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock.
    ///
    /// - Parameters:
    ///   - database: The path of the database; the lock file has `.lock` after it and names the holder's process.
    ///   - patience: How long to wait for the holder. Blocks for that time.
    /// - Throws: ``SQLError`` `.unavailable` that names the file and the process that holds the lock.
    init(besides database: String, patience: Duration = .zero) throws {
        let path = database + ".lock"
        descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SQLiteFiles.failure("cannot open the lock file \(path)") }
        let deadline = ContinuousClock.now + patience
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            if code == EINTR { continue }
            if code == EWOULDBLOCK, ContinuousClock.now < deadline {
                usleep(10_000)
                continue
            }
            defer { close(descriptor) }
            errno = code
            guard code == EWOULDBLOCK else { throw SQLiteFiles.failure("cannot lock \(path)") }
            let holder = Self.holder(descriptor).map { "process \($0)" } ?? "another process"
            throw SQLError(
                .unavailable,
                "the database \(database) is in use by \(holder); stop that one, or give this one another file")
        }
        let text = Array("\(getpid())\n".utf8)
        // The number is only a help for people; that it cannot be written does not weaken the lock.
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
    }

    /// Gives the lock back. The file stays: removing it could separate two processes that both believe to hold it.
    func release() {
        _ = ftruncate(descriptor, 0)
        close(descriptor)
    }

    private static func holder(_ descriptor: Int32) -> Int? {
        var bytes = [UInt8](repeating: 0, count: 20)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int(String(decoding: bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
#endif
