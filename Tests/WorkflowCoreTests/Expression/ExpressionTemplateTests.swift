import Testing

@testable import WorkflowCore

@Suite("Templates")
struct ExpressionTemplateTests {
    @Test(
        "Gives the typed value of a lone expression and text otherwise",
        arguments: [
            ("${order.total}", 120), ("${order.tags}", ["new", "vip"]), ("${absent}", nil), ("${ order.paid }", true),
            ("", ""), ("plain", "plain"), ("order-${order.id}", "order-7"), ("${a}${b}", "10"), (" ${a}", " 1"),
            ("<${order.note}>", "<>"), ("${order.customer.name}, ${order.rate}!", "Ada, 0.25!"),
            ("${order.tags}.", "[\"new\",\"vip\"]."), ("is ${order.size}", "is {\"w\":1,\"h\":2}"),
            ("${ {a: '}', b: {c: \"${\"}} }", ["a": "}", "b": ["c": "${"]]), ("${'}'}${\"{\"}", "}{"),
            ("${{a: 1}}", ["a": 1]), ("${{a: 1}.a}x", "1x"), ("ü${a}é", "ü1é"), ("${1 + 1}", 2),
        ] as [(String, JSONValue)]
    )
    func rendering(text: String, expected: JSONValue) throws {
        #expect(try ExpressionTemplate(text).render(in: ExpressionFixture.scope) == expected)
    }

    @Test(
        "Takes a doubled dollar before a brace for a literal one",
        arguments: [
            ("$${a}", "${a}"), ("x$${a}${a}", "x${a}1"), ("$5 $$ $", "$5 $$ $"), ("${'$'}${a}", "$1"),
            ("$$${a}", "$${a}"),
            ("{a}", "{a}"), ("$ {a}", "$ {a}"), ("$${", "${"),
        ]
    )
    func escapes(text: String, expected: String) throws {
        #expect(try ExpressionTemplate(text).render(in: ExpressionFixture.scope) == .string(expected))
    }

    @Test(
        "Goes together with the expansion of environment variables",
        arguments: [
            ("order.input", "${total}", "5"), ("order.input", "$${total}", "${total}"), ("order.url", "$${total}", "5"),
            ("order.url", "${data.total}", "5"), ("order.url", "$$$${total}", "${total}"),
            ("order.url", "${total}", "env"),
        ]
    )
    func environmentVariables(key: String, text: String, expected: String) throws {
        let isLiteral = EnvironmentExpansion.literalKeys.contains { key.hasSuffix($0) }
        let expansion = EnvironmentExpansion(variables: ["total": "env"])
        let expanded = isLiteral ? text : try expansion.expand(text, key: key).get()
        let scope = ExpressionScope(roots: ["data": ["total": 5]], data: ["total": 5])
        #expect(
            try ExpressionTemplate(expanded).render(in: scope).jsonString()
                == (expected == "5" ? "5" : "\"\(expected)\""))
    }

    @Test(
        "Says where a template is wrong",
        arguments: [
            ("a ${b", "the \"${\" that begins here does not end (line 1, column 3); close it with }"),
            ("a\n${}", "the expression is empty (line 2, column 1); for a literal ${ write $${"),
            (
                "${a b}",
                "unexpected \"b\" after the end of the expression (line 1, column 5); "
                    + "an operator such as && or + is missing before it"
            ),
            ("ab ${lowr(a)}", "there is no function \"lowr\" (line 1, column 6); did you mean \"lower\"?"),
            ("${'}", "the string that begins here does not end (line 1, column 3); close it with '"),
            ("${a)}", "unexpected \")\" after the end of the expression (line 1, column 4); no bracket is open here"),
        ]
    )
    func parsingErrors(text: String, description: String) {
        do throws(ExpressionParsingError) {
            _ = try ExpressionTemplate(text)
            Issue.record("no error")
        } catch {
            #expect(error.description == description)
        }
    }

    @Test("Tells which expression of a text failed")
    func evaluationErrors() throws {
        let template = try ExpressionTemplate("Total: ${order.total} ${order.note * 2}")
        do throws(ExpressionEvaluationError) {
            _ = try template.render(in: ExpressionFixture.scope)
            Issue.record("no error")
        } catch {
            #expect(
                error.description
                    == "order.note is null, but * takes numbers; give a default with ?? (line 1, column 25)")
        }
    }

    @Test("Renders the strings of a JSON value and leaves everything else alone")
    func json() throws {
        let template = try JSONTemplate([
            "id": "${order.id}", "${a}": "key", "fixed": [1, "x", ["y": nil]], "literal": "$${a}",
            "list": [1, "${a + 1}", ["deep": ["n ${b}", true]]], "none": "${absent}",
        ])
        let expected: JSONValue = [
            "id": 7, "${a}": "key", "fixed": [1, "x", ["y": nil]], "literal": "${a}",
            "list": [1, 2, ["deep": ["n 0", true]]], "none": nil,
        ]
        let rendered = try template.render(in: ExpressionFixture.scope)
        #expect(rendered.jsonString() == expected.jsonString())
        #expect(try JSONTemplate("${order.tags}").render(in: ExpressionFixture.scope) == ["new", "vip"])
        #expect(try JSONTemplate(5).render(in: ExpressionScope()) == 5)
    }

    @Test("Costs nothing for what is constant")
    func constants() throws {
        let environment = ExpressionEnvironment(limits: ExpressionLimits(maximumCost: 0))
        let value: JSONValue = ["a": [1, "two", ["b": "$${x} ${1 + 2}"]]]
        let rendered = try JSONTemplate(value).render(in: ExpressionScope(), environment: environment)
        #expect(rendered == ["a": [1, "two", ["b": "${x} 3"]]])
    }

    @Test("Names the path of a string that is wrong")
    func jsonErrors() throws {
        do throws(ExpressionParsingError) {
            _ = try JSONTemplate(["items": [1, ["name": "${dta.x}"]]], roots: ["data"])
            Issue.record("no error")
        } catch {
            #expect(
                error.description == "items[1].name: unknown name \"dta\" (line 1, column 3); did you mean \"data\"?")
        }
        let template = try JSONTemplate(["items": [["n": "x ${1 / b}"]]])
        do throws(ExpressionEvaluationError) {
            _ = try template.render(in: ExpressionFixture.scope)
            Issue.record("no error")
        } catch {
            #expect(error.description == "items[0].n: division by zero (line 1, column 5)")
        }
    }
}
