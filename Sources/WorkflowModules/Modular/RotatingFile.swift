import Foundation
import WorkflowCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A file that lines are added to; when it is full it is renamed and a new one is begun.
actor RotatingFile {
    private let path: String
    private let maximumSize: Int
    private let backups: Int
    private var file: (handle: FileHandle, size: Int)?

    /// - Parameters:
    ///   - path: The file.
    ///   - maximumSize: How large it may become, in bytes; a line that is larger has a file of its own.
    ///   - backups: How many earlier files are kept.
    init(path: String, maximumSize: Int, backups: Int) {
        self.path = path
        self.maximumSize = maximumSize
        self.backups = backups
    }

    /// Opens the file, which is created when it is not there.
    ///
    /// - Throws: ``WorkflowError`` `.unavailable`.
    func prepare() throws {
        guard file == nil else { return }
        file = try attempt("opened") {
            // Each line goes to the end, also when another process writes to the file.
            let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
            let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            return (handle, Int(try handle.seekToEnd()))
        }
    }

    /// Adds a line.
    ///
    /// - Throws: ``WorkflowError`` `.unavailable`; nothing has been added then.
    func append(_ line: [UInt8]) throws {
        try prepare()
        if let file, file.size > 0, file.size + line.count > maximumSize {
            try rotate()
            try prepare()
        }
        guard let (handle, size) = file else { return }
        do {
            try attempt("written") { try handle.write(contentsOf: Data(line)) }
            file?.size = size + line.count
        } catch {
            // A part of the line may have been written; a file that cannot be cut is opened anew.
            do { try handle.truncate(atOffset: UInt64(size)) } catch { close() }
            throw error
        }
    }

    private func rotate() throws {
        close()
        let files = FileManager.default
        func name(_ number: Int) -> String { number == 0 ? path : "\(path).\(number)" }
        try attempt("renamed") {
            if files.fileExists(atPath: name(backups)) { try files.removeItem(atPath: name(backups)) }
            for number in stride(from: backups - 1, through: 0, by: -1) where files.fileExists(atPath: name(number)) {
                try files.moveItem(atPath: name(number), toPath: name(number + 1))
            }
        }
    }

    /// Closes the file; the next line opens it again.
    func close() {
        // What was written is with the system; there is nothing that closing could still lose.
        try? file?.handle.close()
        file = nil
    }

    private func attempt<Result>(_ what: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            throw WorkflowError(.unavailable, "The event log \(path) cannot be \(what)", cause: error)
        }
    }
}
