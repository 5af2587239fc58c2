public import WorkflowCore

extension HTTPServerModule: DescribedServer {
    public func baseURL(ofRouter name: String) -> String? {
        leads(toRouter: name) ? settings.address.baseURL(isSecure: settings.tls != nil) : nil
    }
}

extension ListenAddress {
    /// Where clients reach it; `nil` for a socket in the file system, and for a port that the system chooses.
    func baseURL(isSecure: Bool) -> String? {
        guard case .tcp(let host, let port) = endpoint, port != 0 else { return nil }
        // What stands for all addresses of a machine is reached by the name of this one.
        let isEverywhere = host.map { ["", "0.0.0.0", "::", "[::]"].contains($0) } ?? true
        let name = isEverywhere ? "localhost" : host ?? "localhost"
        let shown = name.contains(":") && !name.hasPrefix("[") ? "[\(name)]" : name
        return "\(isSecure ? "https" : "http")://\(shown):\(port)"
    }
}
