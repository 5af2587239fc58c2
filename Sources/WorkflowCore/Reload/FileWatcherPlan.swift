import Foundation

/// The folders and files to observe, so that nothing that may change the watched paths is missed.
///
/// A path is followed name by name from the root, through symbolic links. Each folder on the way is observed for the
/// name that is looked up in it: the file may be replaced, but so may a folder above it or a link.
struct FileWatcherPlan: Sendable, Equatable {
    /// What matters in one folder.
    struct Folder: Sendable, Equatable {
        /// The entries on the way to a watched path.
        var names: Set<String> = []
        /// Whether every entry that the predicate accepts matters too.
        var isListed = false
        /// Whether watched files lie in it, so that their content matters and not only which entries there are.
        var holdsFiles = false

        /// Takes over what matters in another view of the same folder.
        mutating func merge(_ other: Folder) {
            names.formUnion(other.names)
            isListed = isListed || other.isListed
            holdsFiles = holdsFiles || other.holdsFiles
        }
    }

    /// The longest chain of symbolic links that is followed, as in the Linux kernel.
    private static let maximumLinks = 40

    /// The folders, by their path without symbolic links.
    private(set) var folders: [String: Folder] = [:]
    /// The watched files that exist, by their path without symbolic links.
    private(set) var files: Set<String> = []

    /// Creates the plan for the present state of the disk.
    ///
    /// - Parameters:
    ///   - paths: Absolute paths of files and folders; they need not exist.
    ///   - isWatched: Tells by its name whether an entry of such a folder is watched.
    init(paths: [String], isWatched: @Sendable (String) -> Bool) {
        for path in paths {
            guard let place = follow(path) else { continue }
            guard FileWatcherSnapshot.isFolder(place) else {
                addFile(place)
                continue
            }
            folders[place, default: Folder()].merge(Folder(isListed: true, holdsFiles: true))
            for name in FileWatcherSnapshot.names(in: place, isWatched) {
                if let file = follow("\(place)/\(name)") { addFile(file) }
            }
        }
    }

    /// The folders, those first that must be observed when not all can be.
    var byImportance: [(path: String, folder: Folder)] {
        folders.map { (path: $0.key, folder: $0.value) }.sorted { left, right in
            left.folder.holdsFiles == right.folder.holdsFiles ? left.path > right.path : left.folder.holdsFiles
        }
    }

    private mutating func addFile(_ place: String) {
        files.insert(place)
        folders[Self.parent(of: place), default: Folder()].holdsFiles = true
    }

    /// Notes each folder on the way to a path.
    ///
    /// - Returns: The path without symbolic links; `nil` when there is nothing at its end.
    private mutating func follow(_ path: String) -> String? {
        var place = "/"
        var links = 0
        var names = Array(path.split(separator: "/").reversed())
        while let name = names.popLast() {
            if name == "." { continue }
            if name == ".." {
                place = Self.parent(of: place)
                continue
            }
            folders[place, default: Folder()].names.insert(String(name))
            let entry = place == "/" ? "/\(name)" : "\(place)/\(name)"
            var status = stat()
            guard lstat(entry, &status) == 0 else { return nil }
            guard status.st_mode & S_IFMT == S_IFLNK else {
                place = entry
                continue
            }
            links += 1
            guard links <= Self.maximumLinks, let target = Self.target(of: entry) else { return nil }
            if target.hasPrefix("/") { place = "/" }
            names.append(contentsOf: target.split(separator: "/").reversed())
        }
        return place
    }

    private static func target(of link: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(link, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
    }

    private static func parent(of place: String) -> String {
        guard let slash = place.lastIndex(of: "/"), slash != place.startIndex else { return "/" }
        return String(place[..<slash])
    }
}
