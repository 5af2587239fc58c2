public import WorkflowCore

extension HTTPServerModule: DescribedServer {
    public func baseURL(ofRouter name: String) -> String? {
        guard leads(toRouter: name), case .tcp(let host, let port) = settings.address.endpoint, port != 0 else {
            return nil
        }
        // What stands for all addresses of a machine is reached by the name of this one.
        let isEverywhere = host.map { ["", "0.0.0.0", "::", "[::]"].contains($0) } ?? true
        let name = isEverywhere ? "localhost" : host ?? "localhost"
        let shown = name.contains(":") && !name.hasPrefix("[") ? "[\(name)]" : name
        return "\(settings.tls == nil ? "http" : "https")://\(shown):\(port)"
    }
}
