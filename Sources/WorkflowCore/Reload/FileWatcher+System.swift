import Foundation

extension FileWatcher {
    /// Whether a name is that of a configuration file: `*.yaml`, `*.yml` or `*.json`, and not hidden.
    public static func isConfigurationFile(_ name: String) -> Bool {
        !name.hasPrefix(".") && [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) }
    }

    /// What the operating system offers.
    static let makeSystemNotifier: MakeFileWatcherNotifier = { queue, isWatched, onEvent throws(WorkflowError) in
        #if os(Linux)
        return try FileWatcherInotify(queue: queue, isWatched: isWatched, onEvent: onEvent)
        #elseif canImport(Darwin)
        return try FileWatcherKqueue(queue: queue, isWatched: isWatched, onEvent: onEvent)
        #else
        throw WorkflowError(.unavailable, "Files cannot be watched: there is no way to do so on this system.")
        #endif
    }

    /// The paths from the root, without repetitions, so that they stay the same should the working folder change.
    static func absolute(_ paths: [String]) -> [String] {
        let folder = FileManager.default.currentDirectoryPath
        var known: Set<String> = []
        return paths.map { path in
            var path = path.hasPrefix("/") ? path : "\(folder)/\(path)"
            while path.count > 1, path.hasSuffix("/") { path.removeLast() }
            return path
        }.filter { known.insert($0).inserted }
    }
}
