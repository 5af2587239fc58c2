/// What a ``StaticFileHandler`` serves and how.
public struct StaticFileOptions: Sendable {
    /// The directory whose files are served.
    public var root: String
    /// The beginning of the request path that stands for ``root``; begins and ends with `/`.
    public var prefix = "/"
    /// Whether a page that is not there is answered with the index file of the root, for single-page applications.
    ///
    /// Only for GET and HEAD of a client that accepts HTML, and never below ``fallbackExclusions``. A client that
    /// accepts anything gets the fallback when the last segment of the path has no extension.
    public var spaFallback = false
    /// Beginnings of request paths for which there is no fallback.
    public var fallbackExclusions = ["/api/"]
    /// How many seconds clients may keep a file without asking again; HTML is always asked for again.
    public var cacheMaxAge = 3600
    /// The file that stands for its directory.
    public var indexFile = "index.html"
    /// How many bytes of files are kept in memory; 0 for none.
    public var memoryCacheBytes = 32 << 20
    /// The greatest file that is kept in memory.
    public var memoryCacheFileBytes = 256 << 10

    /// Creates options with the defaults.
    public init(root: String) {
        self.root = root
    }
}
