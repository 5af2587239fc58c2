public import WorkflowCore

/// One URL of a backend, or several whose requests take turns.
public struct BackendTargets: ConfigurationValue, Hashable {
    let urls: [BackendURL]

    public static var schema: ConfigurationSchema { .any }

    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        let nodes = node.text == nil ? node.elements ?? [] : [node]
        guard !nodes.isEmpty else {
            decoder.failType(node, expected: "a URL such as http://127.0.0.1:9001, or a list of URLs")
            return nil
        }
        var urls: [BackendURL] = []
        for node in nodes {
            guard let text = node.text else {
                decoder.failType(node, expected: "a URL such as http://127.0.0.1:9001")
                continue
            }
            do {
                urls.append(try BackendURL(text))
            } catch {
                decoder.fail(node, "\"\(text.contains("@") ? "***" : text)\" \(error)")
            }
        }
        guard urls.count == nodes.count else { return nil }
        self.urls = urls
    }

    public var configurationValue: JSONValue? {
        urls.count == 1 ? .string("\(urls[0])") : .array(urls.map { .string("\($0)") })
    }
}
