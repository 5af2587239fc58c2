import Foundation

/// Where the state of an application is kept when its configuration does not say so.
struct StateLocation {
    /// Where state is.
    enum Kind {
        /// In memory; gone when the process ends.
        case memory
        /// In the folder.
        case files
        /// In a database that several processes may use, at this connection string.
        case database(String)
    }

    /// Where state is.
    let kind: Kind
    /// The folder for what belongs to this process: the state, unless it is elsewhere, the history of configurations, and
    /// the token of the management API; `nil` when nothing is to be written.
    let folder: String?

    /// Reads the `--state` option.
    ///
    /// - Parameters:
    ///   - option: A folder, `none`, the URL of a PostgreSQL database, or nothing for `.workflow` beside the configuration.
    ///   - configuration: The first configuration file or folder.
    init(option: String?, beside configuration: String) {
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: configuration, isDirectory: &isDirectory)
        let parent =
            exists && isDirectory.boolValue
            ? configuration : (configuration as NSString).deletingLastPathComponent
        let standard = parent.isEmpty ? ".workflow" : "\(parent)/.workflow"
        switch option {
        case "none":
            (kind, folder) = (.memory, nil)
        case let url? where url.hasPrefix("postgres://") || url.hasPrefix("postgresql://"):
            (kind, folder) = (.database(url), standard)
        case let path:
            (kind, folder) = (.files, path ?? standard)
        }
    }
}
