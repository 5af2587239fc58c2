/// A function of the expression language, declared once for parsing, evaluation and documentation.
final class ExpressionFunction: Sendable {
    typealias Body =
        @Sendable (inout ExpressionEvaluator, ExpressionArguments) throws(ExpressionFailure) -> JSONValue

    /// A section of the documentation.
    enum Group: String, CaseIterable, Sendable {
        case values = "Values"
        case text = "Text"
        case numbers = "Numbers"
        case arrays = "Arrays and objects"
        case time = "Time and identifiers"
    }

    let name: String
    /// The parameters; a trailing `?` marks one that may be left out, `...` one that takes any number of values.
    let parameters: [String]
    let group: Group
    /// The result, in a phrase.
    let summary: String
    /// An expression, and another one with the same value.
    let example: (expression: String, result: String)
    /// Whether equal arguments give equal results.
    let isPure: Bool
    /// Whether the function is called when its first argument is `null`; otherwise the result is `null`.
    let acceptsNull: Bool
    let body: Body

    init(
        _ name: String, _ parameters: [String], _ group: Group, _ summary: String,
        example: (expression: String, result: String), isPure: Bool = true, acceptsNull: Bool = false,
        body: @escaping Body
    ) {
        self.name = name
        self.parameters = parameters
        self.group = group
        self.summary = summary
        self.example = example
        self.isPure = isPure
        self.acceptsNull = acceptsNull
        self.body = body
    }

    /// All functions.
    static let all = valueFunctions + textFunctions + numberFunctions + arrayFunctions + objectFunctions + timeFunctions

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// Finds a function.
    static func named(_ name: String) -> ExpressionFunction? { byName[name] }

    /// How many arguments the function takes.
    var arity: ClosedRange<Int> {
        let required = parameters.count { !$0.hasSuffix("?") }
        let isOpen = parameters.last?.hasSuffix("...") == true
        return required...(isOpen ? Int.max : parameters.count)
    }

    /// How many arguments the function takes, in words.
    var arityText: String {
        let (least, most) = (arity.lowerBound, arity.upperBound)
        let plural = (most == .max ? least : most) == 1 ? "" : "s"
        if most == .max { return "at least \(least) argument\(plural)" }
        return least == most ? "\(least) argument\(plural)" : "\(least) to \(most) argument\(plural)"
    }

    /// The name and the parameters, as the documentation shows them.
    var signature: String { "\(name)(\(parameters.joined(separator: ", ")))" }
}
