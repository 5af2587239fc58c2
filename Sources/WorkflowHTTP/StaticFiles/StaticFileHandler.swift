import HTTPTypes
import NIOPosix
public import WorkflowCore

/// Serves the files of a directory.
///
/// With ranges, strong entity tags, conditional requests, and files that were compressed in advance (`.br`, `.gz`).
/// Never serves anything outside the root, hidden files, or directory listings.
///
/// ```swift
/// var options = StaticFileOptions(root: "web")
/// options.spaFallback = true
/// let files = StaticFileHandler(options)
/// try files.validate()
/// try builder.add(method: .get, pattern: "/{path...}", handler: files)
/// ```
public final class StaticFileHandler: HTTPHandler {
    private let options: StaticFileOptions
    private let resolver: StaticFileResolver
    private let cache: StaticFileCache
    private let threadPool: NIOThreadPool

    /// Creates a handler. Nothing is read before the first request.
    ///
    /// - Parameters:
    ///   - options: What to serve and how.
    ///   - loops: Whose threads do the file-system calls.
    public init(_ options: StaticFileOptions, loops: HTTPEventLoops = .shared) {
        self.options = options
        self.resolver = StaticFileResolver(options: options)
        self.cache = StaticFileCache(limit: options.memoryCacheBytes)
        self.threadPool = loops.threadPool
    }

    /// Checks the options. Blocks on the file system.
    ///
    /// - Throws: ``WorkflowError`` when the root is not a directory or the prefix is malformed.
    public func validate() throws {
        guard options.prefix.hasPrefix("/"), options.prefix.hasSuffix("/") else {
            throw WorkflowError(.invalidInput, "The prefix '\(options.prefix)' must begin and end with '/'.")
        }
        _ = try resolver.resolvedRoot()
    }

    public func handle(_ request: ServerRequest) async throws -> ServerResponse {
        guard request.method == .get || request.method == .head else {
            throw HTTPError(.methodNotAllowed, "Files are only read.", headers: [.allow: "GET, HEAD"])
        }
        guard request.path.hasPrefix(options.prefix) else { throw Self.notFound }
        let now = request.receivedAt.nanoseconds
        let rest = request.path.dropFirst(options.prefix.count)
        // Without escapes the path is the key of the cache already.
        let isPlain = !rest.utf8.contains(UInt8(ascii: "%"))
        let cached = isPlain ? cache.lookup(String(rest), now: now) : nil
        if case .fresh(let file)? = cached { return try response(request, file) }
        if let segments = Self.segments(rest) {
            switch try await find(segments, cached: cached, now: now) {
            case .file(let file): return try response(request, file)
            case .directory:
                guard !request.path.hasPrefix("//") else { throw Self.notFound }
                let location = request.path + "/" + (request.query.map { "?" + $0 } ?? "")
                return ServerResponse(status: .temporaryRedirect, headers: [.location: location])
            case .missing: break
            }
        }
        guard allowsFallback(request), case .file(let file) = try await find([""], cached: nil, now: now) else {
            throw Self.notFound
        }
        return try response(request, file)
    }

    private static let notFound = HTTPError(.notFound, "There is no such file.")

    /// The decoded segments of a path, if each can be the name of a file that may be served.
    private static func segments(_ path: Substring) -> [String]? {
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        var segments: [String] = []
        for (index, part) in parts.enumerated() {
            guard let segment = RequestTarget.decodedSegment(part) else { return nil }
            // An empty segment is only right at the end, where it stands for the index file.
            guard !segment.isEmpty || index == parts.count - 1 else { return nil }
            guard !segment.hasPrefix("."), !segment.contains("/"), !segment.contains("\\") else { return nil }
            segments.append(segment)
        }
        return segments
    }

    private func find(
        _ segments: [String], cached: StaticFileCache.Lookup?, now: Int64
    ) async throws -> StaticFileResolver.Result {
        let key = segments.joined(separator: "/")
        var known: StaticFile?
        switch cached ?? cache.lookup(key, now: now) {
        case .fresh(let file): return .file(file)
        case .stale(let file): known = file
        case .missing: break
        }
        let previous = known
        let result = try await threadPool.runIfActive { [resolver] in resolver.resolve(segments, known: previous) }
        if case .file(let file) = result {
            cache.store(file, for: key, now: now)
        } else if known != nil {
            cache.remove(key)
        }
        return result
    }

    private func allowsFallback(_ request: ServerRequest) -> Bool {
        guard options.spaFallback else { return false }
        for prefix in options.fallbackExclusions {
            if request.path.hasPrefix(prefix) || request.path + "/" == prefix { return false }
        }
        let accept = request.headers[.accept]?.lowercased() ?? "*/*"
        if accept.contains("text/html") || accept.contains("application/xhtml+xml") { return true }
        let lastSegment = request.path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        return accept.contains("*/*") && !lastSegment.contains(".")
    }

    private func response(_ request: ServerRequest, _ file: StaticFile) throws -> ServerResponse {
        let representation = file.representation(for: request.headers)
        let preconditions = FilePreconditions(headers: request.headers, representation: representation)
        switch preconditions.outcome {
        case .proceed: break
        case .notModified:
            var headers = representation.headers
            headers[.contentType] = nil
            headers[.contentEncoding] = nil
            return ServerResponse(status: .notModified, headers: headers)
        case .failed: throw HTTPError(.preconditionFailed, "The file has changed.")
        }
        guard request.method == .get, let range = request.headers.value(of: .range), preconditions.allowsRange else {
            return ServerResponse(headers: representation.headers, body: representation.body)
        }
        switch ByteRanges(range, size: representation.size) {
        case .whole:
            return ServerResponse(headers: representation.headers, body: representation.body)
        case .unsatisfiable:
            throw HTTPError(
                .rangeNotSatisfiable, "The file has \(representation.size) bytes.",
                headers: [.contentRange: "bytes */\(representation.size)"])
        case .parts(let ranges):
            return representation.partialResponse(ranges, threadPool: threadPool)
        }
    }
}
