import WorkflowCore

extension RouteListener: DescribedListener {
    var baseURL: String? { address.baseURL(isSecure: false) }

    func describeRoutes() throws -> [RouteDescription.Described] {
        // A server of the application describes them with those of its router.
        guard !hasServer else { return [] }
        return try compiledEntries().map { $0.described(middlewares: []) }
    }
}
