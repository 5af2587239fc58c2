public import WorkflowCore

extension RateLimitMiddleware: DescribedMiddleware {
    public func amend(_ operation: inout OperationDescription, on route: RouteDescription) {
        operation.add(
            .problem(
                429, "Too many requests.",
                headers: [
                    .retryAfter, .init("RateLimit-Limit", "How many requests may follow each other without a pause."),
                    .init("RateLimit-Remaining", "How many of them are left."),
                    .init("RateLimit-Reset", "The seconds until there is one more."),
                ]))
    }
}
