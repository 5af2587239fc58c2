import HTTPTypes
import WorkflowCore

#if canImport(Glibc)
import Glibc
// In a whole-module build the compiler takes `timespec` for a member of this module.
#if canImport(SwiftOverlayShims)
import SwiftOverlayShims
#endif
#elseif canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#endif

/// Finds files below a root directory. Its methods block.
struct StaticFileResolver: Sendable {
    /// What there is at a path.
    enum Result: Sendable {
        case file(StaticFile)
        /// A directory was asked for without the final `/`.
        case directory
        case missing
    }

    private struct Information {
        let path: String
        let size: Int64
        let modified: FileModification
        let isDirectory: Bool
    }

    let options: StaticFileOptions

    /// The root without symbolic links.
    ///
    /// - Throws: ``WorkflowError`` when it is not a directory.
    func resolvedRoot() throws -> String {
        guard let root = Self.realPath(options.root), let information = Self.information(root),
            information.isDirectory
        else {
            throw WorkflowError(.invalidInput, "'\(options.root)' is not a directory that can be read.")
        }
        return root
    }

    /// Finds the file for a path below the root.
    ///
    /// - Parameters:
    ///   - segments: The decoded segments of the path; a final empty one stands for the index file.
    ///   - known: What was there before; returned again when it has not changed.
    func resolve(_ segments: [String], known: StaticFile?) -> Result {
        guard let root = try? resolvedRoot() else { return .missing }
        var segments = segments
        if segments.last == "" { segments[segments.count - 1] = options.indexFile }
        guard let plain = locate(segments.joined(separator: "/"), below: root) else { return .missing }
        if plain.isDirectory { return .directory }
        let codings = ContentCoding.allCases.map { coding in
            (coding, locate(segments.joined(separator: "/") + coding.fileExtension, below: root))
        }
        let isVaried = codings.contains { $0.1?.isDirectory == false }
        let type = MediaType.of(segments.last ?? "")
        func representation(_ information: Information?, _ coding: ContentCoding?, known: FileRepresentation?)
            -> FileRepresentation?
        {
            guard let information, !information.isDirectory else { return nil }
            if let known, known.path == information.path, known.size == information.size,
                known.modified == information.modified, known.headers.contains(.vary) == isVaried
            {
                return known
            }
            return read(information, type: type, coding: coding, isVaried: isVaried)
        }
        guard let file = representation(plain, nil, known: known?.plain) else { return .missing }
        return .file(
            StaticFile(
                plain: file,
                brotli: representation(codings.first { $0.0 == .brotli }?.1, .brotli, known: known?.brotli),
                gzip: representation(codings.first { $0.0 == .gzip }?.1, .gzip, known: known?.gzip)))
    }

    /// Finds a file or directory that lies below `root` even after symbolic links, and is not hidden.
    private func locate(_ relative: String, below root: String) -> Information? {
        guard let path = Self.realPath(root + "/" + relative) else { return nil }
        guard path == root || path.hasPrefix(root == "/" ? "/" : root + "/") else { return nil }
        let rest = path.dropFirst(root.count)
        guard !rest.split(separator: "/").contains(where: { $0.hasPrefix(".") }) else { return nil }
        return Self.information(path)
    }

    private func read(
        _ information: Information, type: String, coding: ContentCoding?, isVaried: Bool
    ) -> FileRepresentation? {
        var bytes: [UInt8]?
        if information.size <= Int64(min(options.memoryCacheFileBytes, options.memoryCacheBytes)) {
            guard let file = try? OpenFile(information.path, offset: 0, length: information.size) else { return nil }
            defer { file.close() }
            if information.size == 0 {
                bytes = []
            } else {
                guard let content = try? file.read(Int(information.size), at: 0), content.count == information.size
                else { return nil }
                bytes = content
            }
        }
        let modified = information.modified
        let suffix = coding.map { "-" + $0.rawValue } ?? ""
        let stamp = UInt64(bitPattern: modified.seconds &* 1_000_000_000 &+ modified.nanoseconds)
        let tag = "\"\(String(stamp, radix: 36))-\(String(information.size, radix: 36))\(suffix)\""
        var headers: HTTPFields = [
            .contentType: type,
            .eTag: tag,
            .lastModified: HTTPDate.text(seconds: modified.seconds),
            .acceptRanges: "bytes",
            .cacheControl: type.hasPrefix("text/html") ? "no-cache" : "public, max-age=\(options.cacheMaxAge)",
            .xContentTypeOptions: "nosniff",
        ]
        if isVaried { headers[.vary] = "accept-encoding" }
        if let coding { headers[.contentEncoding] = coding.rawValue }
        return FileRepresentation(
            path: information.path, size: information.size, modified: modified, entityTag: tag, headers: headers,
            bytes: bytes)
    }

    private static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(validatingCString: resolved)
    }

    /// - Returns: `nil` for anything but regular files and directories.
    private static func information(_ path: String) -> Information? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        let kind = status.st_mode & S_IFMT
        guard kind == S_IFREG || kind == S_IFDIR else { return nil }
        #if canImport(Darwin)
        let time = status.st_mtimespec
        #else
        let time = status.st_mtim
        #endif
        return Information(
            path: path, size: Int64(status.st_size),
            modified: FileModification(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec)),
            isDirectory: kind == S_IFDIR)
    }
}
