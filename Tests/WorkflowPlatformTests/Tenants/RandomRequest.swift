import HTTPTypes
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

/// A request of somebody of one company that mentions things of another one.
struct RandomRequest: Sendable {
    var route: APIRoute
    var path: String
    var query: String
    var body: JSONValue?
    var headers: HTTPFields

    /// The whole request but for who sends it, as text.
    var text: String { "\(route.method) \(path)?\(query) \(body?.jsonString() ?? "") \(headers)" }

    private static let junk = [
        "..", "%2e%2e", "%252e%252e", "%2F", "%00", "'", "x' OR '1'='1", "{id}", "*", "~", "null", "0", "-1", "%C0%AF",
    ]

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - own: What belongs to the company of whoever sends it.
    ///   - foreign: What belongs to the other company.
    static func make(
        own: TenantIdentifiers, foreign: TenantIdentifiers, _ random: inout SeededGenerator
    ) -> RandomRequest {
        let route = APIRoutes.all.randomElement(using: &random) ?? APIRoutes.all[0]
        var maker = Maker(own: own, foreign: foreign, random: random)
        // What lies in a thing of one's own, but belongs to others, is what a handler forgets most easily.
        let isWithinOwn = route.pathParameters.count > 1 && maker.isLucky(1, of: 2)
        let path = route.path.split(separator: "/").map { segment -> String in
            guard segment.hasPrefix("{") else { return String(segment) }
            let name = String(segment.dropFirst().dropLast())
            guard isWithinOwn else { return maker.parameter(name, route) }
            let place = name == route.pathParameters[0] ? own : foreign
            return place.value(name, route) ?? maker.identifier()
        }.reduce("") { "\($0)/\($1)" }
        let query = route.allQueryParameters.compactMap { parameter -> String? in
            guard maker.isLucky(1, of: 3) else { return nil }
            return "\(parameter.name)=\(maker.query(parameter))"
        }
        let body = route.body.map { maker.value($0) }
        var headers = HTTPFields()
        if maker.isLucky(1, of: 4) { headers[.ifMatch] = maker.tag() }
        if maker.isLucky(1, of: 4) { headers[.ifNoneMatch] = maker.tag() }
        if route.method == .post, maker.isLucky(1, of: 4), let field = HTTPField.Name("Idempotency-Key") {
            headers[field] = maker.isLucky(1, of: 2) ? TwoTenantTests.foreignKey : maker.word()
        }
        random = maker.random
        return RandomRequest(
            route: route, path: path, query: query.joined(separator: "&"), body: body, headers: headers)
    }

    /// Chooses the values.
    private struct Maker {
        let own: TenantIdentifiers
        let foreign: TenantIdentifiers
        var random: SeededGenerator

        mutating func isLucky(_ part: Int, of whole: Int) -> Bool {
            Int.random(in: 1...whole, using: &random) <= part
        }

        /// An identifier of anything, mostly of the other company.
        mutating func identifier() -> String {
            let ids = isLucky(3, of: 4) ? foreign.all : own.all
            return ids.randomElement(using: &random) ?? ""
        }

        mutating func parameter(_ name: String, _ route: APIRoute) -> String {
            switch Int.random(in: 1...20, using: &random) {
            case 1...8: own.value(name, route) ?? identifier()
            case 9...16: foreign.value(name, route) ?? identifier()
            case 17...19: identifier()
            default: RandomRequest.junk.randomElement(using: &random) ?? ""
            }
        }

        mutating func query(_ parameter: QueryParameter) -> String {
            switch parameter.name {
            case "cursor": return Cursor(key: isLucky(1, of: 2) ? identifier() : "~").text
            case "page_size": return "\(Int.random(in: 1...100, using: &random))"
            default:
                guard case .string(let rule) = parameter.schema else { return "1" }
                if let choice = rule.values.randomElement(using: &random) { return choice }
                return rule.form == .time ? "2026-01-01T00:00:00Z" : identifier()
            }
        }

        mutating func tag() -> String { isLucky(1, of: 2) ? "*" : "\"r\(Int.random(in: 1...3, using: &random))\"" }

        mutating func value(_ schema: Schema) -> JSONValue {
            switch schema {
            case .named(_, let schema), .nullable(let schema): return value(schema)
            case .boolean: return .bool(isLucky(1, of: 2))
            case .integer(let range): return .integer(Int64(max(range.lowerBound, min(2, range.upperBound))))
            case .freeObject: return ["k": .string(word())]
            case .map(let names, let values, _):
                return .object([text(names): value(values)])
            case .any: return .string(word())
            case .array(let schema, _): return .array([value(schema)])
            case .object(let members):
                var object = JSONObject()
                for member in members where member.isRequired || isLucky(1, of: 2) {
                    object[member.name] =
                        member.name == "config_yaml" ? .string(saying("\(word())")) : value(member.schema)
                }
                return .object(object)
            case .string(let rule):
                if let choice = rule.values.randomElement(using: &random) { return .string(choice) }
                if rule.form == .uuid { return .string(identifier()) }
                return .string(text(rule))
            }
        }

        private mutating func text(_ rule: Schema.StringRule) -> String {
            switch rule.form {
            case .email: "\(word())@example.com"
            case .time: "2030-01-01T00:00:00Z"
            case .slug: word()
            case .password: TestPlatform.password
            case .variable: "TOKEN"
            // What may be any text comes back to whoever wrote it, so it is none that others must not see.
            default: word()
            }
        }

        mutating func word() -> String { "word-\(Int.random(in: 0...999, using: &random))" }
    }
}
