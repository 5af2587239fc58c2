import HTTPTypes
import NIOCore
import WorkflowCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#endif

/// A regular file that is open for reading. Its methods block.
final class OpenFile: Sendable {
    let handle: NIOFileHandle

    /// Opens a file of which a part is to be sent.
    ///
    /// - Throws: ``HTTPError`` 404 when there is no such file; ``WorkflowError`` when it is too short or unreadable.
    init(_ path: String, offset: Int64, length: Int64) throws {
        // Without `O_NONBLOCK` opening a named pipe would wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            let code = errno
            if code == ENOENT || code == ENOTDIR { throw HTTPError(.notFound, "The file does not exist any more.") }
            throw WorkflowError(.unavailable, "Cannot open '\(path)': \(String(cString: strerror(code))).")
        }
        handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: descriptor)
        var information = stat()
        let isRegular = fstat(descriptor, &information) == 0 && information.st_mode & S_IFMT == S_IFREG
        let (end, overflow) = offset.addingReportingOverflow(length)
        guard isRegular, offset >= 0, length >= 0, !overflow, end <= Int64(information.st_size) else {
            try? handle.close()
            throw WorkflowError(.unavailable, "'\(path)' is not a file with the bytes \(offset) to \(end) any more.")
        }
    }

    /// Reads up to `count` bytes.
    ///
    /// - Throws: ``WorkflowError`` when the file cannot be read or ends before `offset`.
    func read(_ count: Int, at offset: Int64) throws -> [UInt8] {
        try handle.withUnsafeFileDescriptor { descriptor in
            let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
                var result: Int
                repeat {
                    result = pread(descriptor, buffer.baseAddress, count, off_t(offset))
                } while result < 0 && errno == EINTR
                initialized = max(0, result)
            }
            guard !bytes.isEmpty else { throw WorkflowError(.unavailable, "A file got shorter while it was sent.") }
            return bytes
        }
    }

    func close() {
        try? handle.close()
    }
}
