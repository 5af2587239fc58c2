import CTemplates

/// A project to begin with. Its files are in `Templates/NAME` and are part of this program.
enum ProjectTemplate: String, CaseIterable {
    case hello, api, store, events, integration, scheduled
    case embeddedSwift = "embedded-swift"

    /// A file of a template.
    struct File {
        /// Where it stands in the project.
        let path: String
        /// Its text, with ``ProjectTemplate/placeholder`` for the name of the project.
        let text: String
    }

    /// What stands in the files for the name of the project.
    static let placeholder = "project-name"

    /// The name by which people choose it.
    var name: String { rawValue }

    /// What it is, in one line.
    var summary: String {
        switch self {
        case .hello: "a page with a fixed answer, and a component in JavaScript"
        case .api: "a REST API over a state machine, with validation, limits, health and metrics"
        case .store: "products, and orders that are paid and shipped by durable steps"
        case .events: "patterns among events, such as three failed logins within a minute"
        case .integration: "a workflow whose steps call other systems, with tests that mock them"
        case .scheduled: "things that are done at certain times"
        case .embeddedSwift: "the engine in a Swift program, with a module type of its own"
        }
    }

    /// What a person does next in the folder of the project.
    var nextCommands: [String] {
        switch self {
        case .embeddedSwift: ["wfctl test", "swift test", "swift run App"]
        default: ["wfctl test", "wfctl dev"]
        }
    }

    /// The files, in order of their paths.
    var files: [File] {
        var count = 0
        let all = UnsafeBufferPointer(start: workflow_template_files(&count), count: count)
        return all.compactMap { file in
            let path = String(cString: file.path)
            guard path.hasPrefix("\(name)/") else { return nil }
            return File(path: String(path.dropFirst(name.count + 1)), text: String(cString: file.text))
        }
    }
}
