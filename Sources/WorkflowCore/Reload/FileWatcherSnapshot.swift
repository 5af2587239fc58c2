import Foundation

/// How the watched files are at one time.
struct FileWatcherSnapshot: Sendable {
    /// What changes when a file is written or replaced, found without reading it.
    struct Identity: Sendable, Hashable {
        let device: UInt64
        let inode: UInt64
        let size: Int64
        /// Nanoseconds since the Unix epoch: when the content was modified, and when anything about the file was.
        let modified: Int64
        let changed: Int64
    }

    /// What is to be found at a path.
    enum Content: Sendable, Hashable {
        case missing
        case folder
        /// The digest of a file's bytes; only comparable within this process.
        case file(digest: Int)
        /// What is too large to read, or is no file.
        case unread(Identity)
        /// What may not be read, with the error number.
        case unreadable(Int32)
    }

    /// One path.
    struct State: Sendable, Hashable {
        let identity: Identity?
        let content: Content
    }

    /// The largest file whose content is compared, in bytes.
    private static let maximumSize = 16 << 20

    /// The state of each watched path and of each watched file in a watched folder.
    private(set) var states: [String: State] = [:]
    /// The paths that each path given stands for: itself, and when it is a folder its files.
    private(set) var members: [String: [String]] = [:]

    /// Reads the present state.
    ///
    /// - Parameters:
    ///   - paths: Absolute paths of files and folders; they need not exist.
    ///   - isWatched: Tells by its name whether an entry of such a folder is watched.
    init(paths: [String], isWatched: @Sendable (String) -> Bool) {
        Self.forEach(paths, isWatched) { path, root in
            members[root, default: []].append(path)
            if states[path] == nil { states[path] = Self.state(of: path) }
        }
    }

    /// The identity of each path, as it was when the snapshot was taken.
    var identities: [String: Identity?] { states.mapValues(\.identity) }

    /// The present identities of what a snapshot would hold; reads no content.
    static func identities(paths: [String], isWatched: @Sendable (String) -> Bool) -> [String: Identity?] {
        var identities: [String: Identity?] = [:]
        forEach(paths, isWatched) { path, _ in
            // A dictionary of optionals: the value for "nothing there" is set, not removed.
            identities.updateValue(identity(of: path)?.value, forKey: path)
        }
        return identities
    }

    /// The paths whose content differs from what it was, in order.
    ///
    /// A path that was not watched before counts as changed unless it is a known file under another name. One that is
    /// not watched any more does not count.
    func differences(from old: FileWatcherSnapshot) -> [String] {
        let known = Set(old.states.values)
        let changed = states.filter { path, state in
            guard let before = old.states[path] else { return state.identity == nil || !known.contains(state) }
            return before.content != state.content
        }
        let gone = old.members.filter { members[$0.key] != nil }.values.joined().filter { states[$0] == nil }
        return Set(changed.keys).union(gone).sorted()
    }

    static func isFolder(_ path: String) -> Bool { identity(of: path)?.kind == S_IFDIR }

    /// The names of the watched entries of a folder.
    static func names(in folder: String, _ isWatched: (String) -> Bool) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).filter(isWatched)
        } catch {
            // Without a list there are no files; that it may not be read is part of the state of the folder itself.
            return []
        }
    }

    private static func forEach(
        _ paths: [String], _ isWatched: (String) -> Bool, _ body: (_ path: String, _ root: String) -> Void
    ) {
        for root in paths {
            body(root, root)
            guard isFolder(root) else { continue }
            for name in names(in: root, isWatched) { body("\(root)/\(name)", root) }
        }
    }

    private static func state(of path: String) -> State {
        guard let found = identity(of: path) else { return State(identity: nil, content: .missing) }
        if found.kind == S_IFDIR {
            let content = access(path, R_OK | X_OK) == 0 ? Content.folder : .unreadable(errno)
            return State(identity: found.value, content: content)
        }
        guard found.kind == S_IFREG, found.value.size <= maximumSize else {
            return State(identity: found.value, content: .unread(found.value))
        }
        return State(identity: found.value, content: content(of: path))
    }

    private static func content(of path: String) -> Content {
        // Not blocking, should a pipe have taken the place of the file.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return errno == ENOENT ? .missing : .unreadable(errno) }
        defer { close(descriptor) }
        var hasher = Hasher()
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var total = 0
        while total <= maximumSize {
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return .unreadable(errno) }
            if count == 0 { break }
            total += count
            buffer.withUnsafeBytes { hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
        }
        hasher.combine(total)
        return .file(digest: hasher.finalize())
    }

    private static func identity(of path: String) -> (value: Identity, kind: mode_t)? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        let kind = status.st_mode & S_IFMT
        #if canImport(Darwin)
        let (modified, changed) = (status.st_mtimespec, status.st_ctimespec)
        #else
        let (modified, changed) = (status.st_mtim, status.st_ctim)
        #endif
        // Size and times of a folder change with every entry, also with those that nobody watches.
        let isFolder = kind == S_IFDIR
        let identity = Identity(
            device: UInt64(truncatingIfNeeded: status.st_dev), inode: UInt64(truncatingIfNeeded: status.st_ino),
            size: isFolder ? 0 : Int64(status.st_size),
            modified: isFolder ? 0 : FileTime.nanoseconds(modified),
            changed: isFolder ? 0 : FileTime.nanoseconds(changed))
        return (identity, kind)
    }
}
