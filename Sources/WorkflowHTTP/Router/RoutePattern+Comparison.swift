import HTTPTypes

/// How the requests that two routes match relate to each other.
enum RouteRelation: Equatable {
    /// Both match the same requests.
    case equivalent
    /// The first matches only requests that the second matches too, and not all of them.
    case moreSpecific
    /// The second matches only requests that the first matches too, and not all of them.
    case moreGeneral
    /// Some requests are matched by both, and each matches some that the other does not.
    case overlapping
    /// No request is matched by both.
    case disjoint

    /// The relation of two routes of which one part relates like `self` and an independent part like `other`.
    func combined(with other: RouteRelation) -> RouteRelation {
        switch (self, other) {
        case (.disjoint, _), (_, .disjoint): .disjoint
        case (.equivalent, _): other
        case (_, .equivalent): self
        case (.moreSpecific, .moreSpecific): .moreSpecific
        case (.moreGeneral, .moreGeneral): .moreGeneral
        default: .overlapping
        }
    }
}

extension RoutePattern {
    /// How the paths that this pattern matches relate to those that `other` matches.
    func relation(to other: RoutePattern) -> RouteRelation {
        var relation = RouteRelation.equivalent
        var index = 0
        while true {
            let left = index < segments.count ? segments[index] : nil
            let right = index < other.segments.count ? other.segments[index] : nil
            switch (left, right) {
            case (nil, nil): return relation
            case (nil, _), (_, nil): return .disjoint
            case (.tail, .tail): return relation
            case (.tail, _): return relation.combined(with: .moreGeneral)
            case (_, .tail): return relation.combined(with: .moreSpecific)
            case (.literal(let left), .literal(let right)):
                if left != right { return .disjoint }
            case (.parameter, .parameter): break
            // A parameter is never empty, so it does not match the end that `{$}` stands for.
            case (.literal(let left), .parameter):
                if left.isEmpty { return .disjoint }
                relation = relation.combined(with: .moreSpecific)
            case (.parameter, .literal(let right)):
                if right.isEmpty { return .disjoint }
                relation = relation.combined(with: .moreGeneral)
            }
            index += 1
        }
    }
}

extension Route {
    /// Why this route and `other` cannot be in the same table; `nil` when they can.
    ///
    /// The path decides before the method: of two routes that match a request the one with the more specific path
    /// answers it, whatever their methods.
    func contradiction(to other: Route) -> String? {
        switch pattern.relation(to: other.pattern) {
        case .equivalent where method == other.method:
            "they match the same requests"
        case .overlapping where Self.intersect(method, other.method):
            "some requests match both, and neither path is more specific"
        default: nil
        }
    }

    private static func intersect(_ left: HTTPRequest.Method?, _ right: HTTPRequest.Method?) -> Bool {
        // A route for GET answers HEAD as well.
        left == right || left == nil || right == nil || (left == .get && right == .head)
            || (left == .head && right == .get)
    }
}
