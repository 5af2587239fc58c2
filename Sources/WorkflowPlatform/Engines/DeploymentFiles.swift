import Foundation
import WorkflowCore

/// The folder with the files of a deployed workflow, such as its scripts.
///
/// The files keep their paths from version to version, so that the engine sees which of them have changed.
struct DeploymentFiles: Sendable {
    let folder: String

    /// Puts files in place of those that are there.
    ///
    /// - Parameter files: The texts by their paths within the folder.
    /// - Throws: ``WorkflowError`` `.storageFull`, or `.unavailable` when the folder cannot be written.
    func replace(with files: [String: String]) throws {
        for (name, text) in files.sorted(by: { $0.key < $1.key }) {
            let path = "\(folder)/\(name)"
            try attempt {
                try FileManager.default.createDirectory(
                    atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            }
            try StagedFile(text, for: path).publish()
        }
        guard FileManager.default.fileExists(atPath: folder) else { return }
        try attempt {
            for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
                let path = "\(folder)/\(name)"
                var isFolder: ObjCBool = false
                guard files[name] == nil, FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
                    !isFolder.boolValue
                else { continue }
                try FileManager.default.removeItem(atPath: path)
            }
        }
    }

    /// Removes the folder.
    ///
    /// - Throws: ``WorkflowError`` `.unavailable`.
    func remove() throws {
        guard FileManager.default.fileExists(atPath: folder) else { return }
        try attempt { try FileManager.default.removeItem(atPath: folder) }
    }

    private func attempt(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as CocoaError where error.code == .fileWriteOutOfSpace {
            throw WorkflowError(.storageFull, "There is no room for the files of the workflow.")
        } catch {
            throw WorkflowError(.unavailable, "The files of the workflow cannot be written.", cause: error)
        }
    }

    /// What is wrong with the path of a file, or `nil`.
    static func problem(with name: String) -> String? {
        let segments = name.split(separator: "/", omittingEmptySubsequences: false)
        let isFine =
            name.utf8.count <= 200 && segments.count <= 8
            && segments.allSatisfy { segment in
                !segment.isEmpty && !segment.hasPrefix(".") && segment.utf8.allSatisfy(isNameByte)
            }
        if !isFine { return "\"\(name)\" cannot be a file: use letters, digits, -, _ and ., and / between folders" }
        return name == Deployment.file ? "\"\(name)\" is the configuration itself" : nil
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
