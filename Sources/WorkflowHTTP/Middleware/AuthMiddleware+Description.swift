public import WorkflowCore

extension AuthMiddleware: DescribedMiddleware {
    public func amend(_ operation: inout OperationDescription, on route: RouteDescription) {
        operation.require(
            oneOf: providers.map { ($0.service as? any DescribedAuthenticator)?.credential ?? .bearer($0.name) })
        operation.add(
            .problem(
                401, "The token is missing or not valid.",
                headers: [.init("WWW-Authenticate", "`Bearer`, with `error=\"invalid_token\"` for a wrong token.")]))
        operation.add(.problem(503, "Tokens cannot be checked at the moment.", headers: [.retryAfter]))
    }
}
