import Foundation

/// Where the state of an application is kept when its configuration does not say so.
enum StateLocation {
    /// In memory; gone when the process ends.
    case none
    /// In a folder.
    case folder(String)

    /// Reads the `--state` option.
    ///
    /// - Parameters:
    ///   - option: A folder, `none`, or nothing for `.workflow` beside the configuration.
    ///   - configuration: The first configuration file or folder.
    init(option: String?, beside configuration: String) {
        if option == "none" {
            self = .none
        } else if let option {
            self = .folder(option)
        } else {
            var isDirectory: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: configuration, isDirectory: &isDirectory)
            let parent =
                exists && isDirectory.boolValue
                ? configuration : (configuration as NSString).deletingLastPathComponent
            self = .folder(parent.isEmpty ? ".workflow" : "\(parent)/.workflow")
        }
    }

    /// The folder, or `nil` for memory.
    var folder: String? {
        if case .folder(let folder) = self { folder } else { nil }
    }
}
