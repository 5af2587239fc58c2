import Foundation
import Synchronization
import WorkflowCore

/// The file of a script, and what has become of its contents.
final class ComponentFile: Sendable {
    private struct State {
        /// The digest of what was loaded from the file, or written to it.
        var loaded: String?
        /// The digest of contents that were not accepted.
        var refused: String?
    }

    /// The path as the configuration writes it.
    let name: String
    /// The path to use.
    let path: String
    private let state = Mutex(State())

    init(_ path: ConfigurationFilePath) {
        name = path.written
        self.path = path.resolved
    }

    /// Reads the script.
    ///
    /// - Throws: ``WorkflowError`` `.unavailable` when the file cannot be read or is not UTF-8 text.
    func read() throws -> ScriptSource {
        do {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw WorkflowError(.unavailable, "the script \(path) is not UTF-8 text")
            }
            return ScriptSource(name: name, text: text)
        } catch let error as WorkflowError {
            throw error
        } catch {
            throw WorkflowError(.unavailable, "the script \(path) cannot be read: \(error.localizedDescription)")
        }
    }

    /// Whether the file still is what was loaded from it.
    var isCurrent: Bool { contents == state.withLock { $0.loaded } }

    /// Whether the file holds something that has neither been loaded nor refused, so that nobody has looked at it yet.
    var holdsSomethingNew: Bool {
        guard let contents else { return false }
        return state.withLock { $0.loaded != contents && $0.refused != contents }
    }

    /// Says that the script of this digest is in place.
    func hasLoaded(_ digest: String) {
        state.withLock { $0 = State(loaded: digest) }
    }

    /// Says that contents of this digest, or `nil` for a file that cannot be read, were not accepted.
    ///
    /// - Returns: Whether that is new.
    func hasRefused(_ digest: String?) -> Bool {
        let digest = digest ?? "unreadable"
        return state.withLock { state in
            defer { state.refused = digest }
            return state.refused != digest
        }
    }

    /// Says that the contents which were not accepted have gone.
    func forgetRefused() {
        state.withLock { $0.refused = nil }
    }

    /// The digest of what is in the file; `nil` when it cannot be read.
    private var contents: String? {
        do {
            return ScriptSource.digest(of: Array(try Data(contentsOf: URL(fileURLWithPath: path))))
        } catch {
            return nil
        }
    }

    /// Writes a text to a temporary file beside the script, so that only ``StagedFile/publish()`` is left to be done.
    ///
    /// - Throws: ``WorkflowError`` `.storageFull`, or `.conflict` when it cannot be written.
    func stage(_ text: String) throws -> StagedFile {
        try StagedFile(text, for: path)
    }
}
