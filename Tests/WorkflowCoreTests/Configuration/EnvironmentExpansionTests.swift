import Testing

@testable import WorkflowCore

@Suite struct EnvironmentExpansionTests {
    private let expansion = EnvironmentExpansion(variables: ["NAME": "value", "EMPTY": "", "PORT": "9090", "_x1": "y"])

    @Test(arguments: [
        ("plain", "plain"), ("${NAME}", "value"), ("a${NAME}b${PORT}c", "avalueb9090c"), ("${_x1}", "y"),
        ("${MISSING:-fallback}", "fallback"), ("${MISSING:-}", ""), ("${EMPTY}", ""), ("${EMPTY:-full}", "full"),
        ("${NAME:-other}", "value"), ("${MISSING:-a:-b}", "a:-b"), ("$$", "$"), ("$${NAME}", "${NAME}"),
        ("$$$${NAME}", "$${NAME}"),
        ("${order.id}", "${order.id}"), ("${}", "${}"), ("${1x}", "${1x}"), ("${NAME", "${NAME"), ("$NAME", "$NAME"),
        ("$", "$"), ("a$", "a$"), ("${MISSING:-open", "${MISSING:-open"), ("${a b}", "${a b}"),
        ("${NAME-x}", "${NAME-x}"),
        ("${order.id} ${NAME}", "${order.id} value"), ("é${NAME}é", "évalueé"), ("$\u{301}{NAME}", "$\u{301}{NAME}"),
    ])
    func expands(text: String, result: String) throws {
        #expect(try expansion.expand(text, key: "a.b").get() == result)
    }

    @Test func valuesAreNotExpandedAgain() throws {
        let expansion = EnvironmentExpansion(variables: ["A": "${B}", "B": "no"])
        #expect(try expansion.expand("${A}", key: "a").get() == "${B}")
    }

    @Test func tellsOfVariablesThatAreNotSet() {
        let problem = #expect(throws: EnvironmentExpansion.Problem.self) {
            try expansion.expand("${MISSING}", key: "a").get()
        }
        #expect(problem?.message == "the environment variable MISSING is not set")
        #expect(problem?.suggestion.contains("${MISSING:-value}") == true)
    }

    @Test(arguments: ["secret", "modules[0].config.secret", "a.clientSecret", "a.client_secret"])
    func secretsMayLeaveOutTheBraces(key: String) throws {
        #expect(try expansion.expand("$NAME", key: key).get() == "value")
        #expect(throws: EnvironmentExpansion.Problem.self) { try expansion.expand("$MISSING", key: key).get() }
        #expect(try expansion.expand("$$NAME", key: key).get() == "$NAME")
        #expect(try expansion.expand("$pa$$word", key: key).get() == "$pa$word")
    }

    @Test(arguments: ["secrets", "a.secret.b", "nosecret"])
    func otherKeysMayNot(key: String) throws {
        #expect(try expansion.expand("$NAME", key: key).get() == "$NAME")
    }

    /// What would take hours if each opening brace looked for its end.
    @Test(arguments: ["${", "${a", "${A:-", "${order.id", "$", "${A:-x}"])
    func takesLinearTime(unit: String) {
        let text = String(repeating: unit, count: 200_000)
        _ = EnvironmentExpansion(variables: ["A": "1"]).expand(text, key: "a")
        _ = EnvironmentExpansion(variables: ["A": "1"]).expand(text + "}", key: "a")
    }

    @Test func typesFollowTheExpandedText() throws {
        let text = """
            port: ${PORT:-8080}
            other: ${MISSING:-8080}
            quoted: "${PORT}"
            flag: ${FLAG:-true}
            none: ${MISSING:-}
            secret: $NAME
            input: {id: "${order.id}", name: "${NAME}", deep: ["${MISSING}"]}
            condition: ${MISSING}
            """
        let root = try YAMLParser.parse(text, file: "f", environment: expansion)
        #expect(
            root.json == [
                "port": 9090, "other": 8080, "quoted": "9090", "flag": true, "none": nil, "secret": "value",
                "input": ["id": "${order.id}", "name": "${NAME}", "deep": ["${MISSING}"]], "condition": "${MISSING}",
            ])
    }
}
