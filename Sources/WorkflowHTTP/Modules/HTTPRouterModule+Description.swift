import HTTPTypes
public import WorkflowCore

extension HTTPRouterModule: DescribedRouting {
    public func describeRoutes() throws -> [RouteDescription.Described] {
        try compiledEntries().map { $0.described(middlewares: middlewares) }
    }
}

extension RouterEntry {
    /// What the route answers.
    ///
    /// - Parameter middlewares: Those of the router, which are passed first.
    func described(middlewares: [any HTTPMiddleware]) -> RouteDescription.Described {
        let route = routeDescription
        let operations = route.operations(of: handler).map { operation in
            var operation = operation
            for case let middleware as any DescribedMiddleware in (middlewares + self.middlewares).reversed() {
                middleware.amend(&operation, on: route)
            }
            if !details.isEmpty {
                operation.details = ([details] + (operation.details.isEmpty ? [] : [operation.details]))
                    .joined(separator: "\n\n")
            }
            return operation
        }
        return RouteDescription.Described(route, operations: operations)
    }

    private var routeDescription: RouteDescription {
        var parameters: [String] = []
        var rest: String?
        let parts = pattern.segments.map { segment -> String in
            switch segment {
            case .literal(let text): return text.percentEncodedSegment
            case .parameter(let name):
                parameters.append(name)
                return "{\(name)}"
            case .tail(let name):
                let name = name.isEmpty ? "rest" : name
                let unique = parameters.contains(name) ? "\(name)-of-path" : name
                parameters.append(unique)
                rest = unique
                return "{\(unique)}"
            }
        }
        return RouteDescription(
            method: method, path: "/" + parts.joined(separator: "/"), pattern: pattern.description,
            parameters: parameters, restParameter: rest, module: handlerName.isEmpty ? origin : handlerName)
    }
}

extension String {
    /// The text as a segment of a path.
    fileprivate var percentEncodedSegment: String {
        utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                return String(UnicodeScalar(byte))
            case _ where "-._~!$&'()*+,;=:@".utf8.contains(byte): return String(UnicodeScalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                return "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }.joined()
    }
}
