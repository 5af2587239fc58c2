import Synchronization
import WorkflowCore

/// The text of the description of the API, which is made when somebody asks for it first.
final class OpenAPIText: Sendable {
    private let routes: [APIRoute]
    private let configuration: PlatformConfiguration
    private let made = Mutex<[UInt8]?>(nil)

    init(_ routes: [APIRoute], _ configuration: PlatformConfiguration) {
        self.routes = routes
        self.configuration = configuration
    }

    var bytes: [UInt8] {
        made.withLock { made in
            if let made { return made }
            let bytes = JSONValue.object(OpenAPIDocument.make(routes, configuration)).jsonBytes()
            made = bytes
            return bytes
        }
    }
}
