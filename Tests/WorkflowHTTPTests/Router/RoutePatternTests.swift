import HTTPTypes
import Testing

@testable import WorkflowHTTP

struct `Route patterns` {
    @Test(arguments: [
        ("/", [] as [String]), ("/a/b", []), ("/a/{id}", ["id"]), ("/a/:id", ["id"]), ("/a/{path...}", ["path"]),
        ("/:a/{b}/{c...}", ["a", "b", "c"]), ("/a/", []), ("/a/{$}", []), ("/a/x:y", []), ("/caf%C3%A9", []),
        ("/{a_b-1}", ["a_b-1"]),
    ])
    func `a pattern is parsed`(text: String, names: [String]) throws {
        let pattern = try RoutePattern(text)
        #expect(pattern.parameterNames == names)
        #expect(pattern.description == text)
    }

    @Test(arguments: [
        ("", 0, "begins with '/'"), ("a", 0, "begins with '/'"), ("/a//b", 3, "empty"), ("/{a}/{a}", 5, "twice"),
        ("/{}", 2, "parameter name"), ("/{1}", 2, "parameter name"), ("/:", 2, "parameter name"),
        ("/a/{b", 3, "without '}'"),
        ("/a{b}", 1, "whole segment"), ("/{a...}/b", 1, "at the end"), ("/{$}/b", 1, "at the end"),
        ("/a/%zz", 3, "percent-encoding"), ("/a b", 1, "not allowed in a path"),
        ("/a/..", 3, "not allowed as a segment"),
        ("/%2e", 1, "not allowed as a segment"),
    ])
    func `a malformed pattern says what is wrong and where`(text: String, offset: Int, reason: String) {
        let error = #expect(throws: RouteError.self) { try RoutePattern(text) }
        #expect(error?.offset == offset)
        #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
    }

    @Test(arguments: [
        ("/a", "/a", RouteRelation.equivalent), ("/{a}", "/:b", .equivalent), ("/a/", "/a/{x...}", .equivalent),
        ("/a", "/{x}", .moreSpecific), ("/a/b", "/a/{x...}", .moreSpecific), ("/{x}", "/{x...}", .moreSpecific),
        ("/", "/a", .moreGeneral), ("/a/{x}", "/{y}/b", .overlapping), ("/a/{x...}", "/{y}/b", .overlapping),
        ("/a", "/b", .disjoint), ("/a", "/a/b", .disjoint), ("/a", "/a/", .disjoint), ("/a/{$}", "/a/", .moreSpecific),
        ("/a/{$}", "/a/{x}", .disjoint), ("/a/b/", "/a/{x}/c", .overlapping), ("/{x}/", "/a/{y}", .moreGeneral),
        ("/a/{x}/b", "/a/{x}/c", .disjoint), ("/caf%C3%A9", "/café", .equivalent),
    ])
    func `two patterns relate`(left: String, right: String, relation: RouteRelation) throws {
        let left = try RoutePattern(left)
        let right = try RoutePattern(right)
        #expect(left.relation(to: right) == relation)
        let mirrored: RouteRelation =
            switch relation {
            case .moreSpecific: .moreGeneral
            case .moreGeneral: .moreSpecific
            default: relation
            }
        #expect(right.relation(to: left) == mirrored)
    }
}
