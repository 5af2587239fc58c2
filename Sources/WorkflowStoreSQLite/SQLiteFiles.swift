#if SQLite
import WorkflowStore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Prepares the place of a database file, readable by its owner only.
enum SQLiteFiles {
    /// Creates the folder (0700) and the file (0600) unless they exist.
    ///
    /// An existing file is never opened: closing it again would drop the locks that SQLite holds on it elsewhere in
    /// this process.
    static func prepare(_ path: String) throws {
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex { try makeFolder(String(path[..<slash])) }
        let descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
        } else if errno != EEXIST {
            throw failure("cannot create the database \(path)")
        }
    }

    /// The error for the system call that just failed.
    static func failure(_ what: String) -> SQLError {
        let code = errno
        return SQLError(
            code == ENOSPC || code == EDQUOT ? .full : .unavailable, "\(what): \(String(cString: strerror(code)))")
    }

    private static func makeFolder(_ path: String) throws {
        guard mkdir(path, 0o700) != 0, errno != EEXIST else { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw failure("cannot create the folder \(path)")
        }
        try makeFolder(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("cannot create the folder \(path)") }
    }
}
#endif
