import WorkflowCore

/// Checks the input of a database step when the configuration is read.
///
/// Statements and names of tables must not depend on data: values come in through placeholders only.
struct DatabaseInputChecks {
    let action: DatabaseAction
    let reserved: Set<String>
    private(set) var issues: [ConfigurationIssue] = []

    init(action: DatabaseAction, reserved: Set<String>) {
        self.action = action
        self.reserved = reserved
    }

    mutating func check(_ node: ConfigurationNode) {
        for entry in node.entries ?? [] where !action.keys.contains(entry.key) {
            issues.append(
                ConfigurationIssue(
                    location: entry.location, path: entry.value.path,
                    message: "the action \(action.rawValue) has no input \"\(entry.key)\"",
                    suggestion: Suggestion.text(for: entry.key, among: action.keys, what: "inputs")))
        }
        for key in action.requiredKeys where node[key].map(\.isNull) ?? true {
            let hint = key == "where" ? "to mean all rows, write where: 1 = 1" : nil
            fail(node, "the action \(action.rawValue) needs \"\(key)\" in its input", hint)
        }
        if let sql = node["sql"], let text = constant(sql, "sql") { check(text, at: sql, args: node["args"]) }
        if let table = node["table"], let name = constant(table, "table") { checkName(name, at: table) }
        for entry in node["data"]?.entries ?? [] where SQLIdentifier.quoted(entry.key) == nil {
            fail(entry.value, "\"\(entry.key)\" is no plain name of a column")
        }
        guard let condition = node["where"] else { return }
        if let entries = condition.entries, !condition.isNull {
            for entry in entries where SQLIdentifier.quoted(entry.key) == nil {
                fail(entry.value, "\"\(entry.key)\" is no plain name of a column")
            }
            if entries.isEmpty { fail(condition, "a condition without columns would mean all rows") }
        } else if let text = constant(condition, "where") {
            check("SELECT 1 WHERE \(text)", at: condition, args: node["args"], isCondition: true)
        }
    }

    private mutating func check(
        _ sql: String, at node: ConfigurationNode, args: ConfigurationNode?, isCondition: Bool = false
    ) {
        do throws(SQLText.Problem) {
            let text = try SQLText(sql)
            if let problem = text.problem(verbs: isCondition ? ["SELECT"] : action.verbs, reserved: reserved) {
                throw problem
            }
            let count = args?.elements?.count ?? (args == nil ? 0 : text.placeholders)
            if count != text.placeholders {
                fail(args ?? node, "the statement has \(text.placeholders) placeholders, but there are \(count) args")
            }
        } catch {
            fail(node, error.message, error.suggestion)
        }
    }

    private mutating func checkName(_ name: String, at node: ConfigurationNode) {
        guard SQLIdentifier.quoted(name) != nil else { return fail(node, "\"\(name)\" is no plain name of a table") }
        if let problem = SQLText.problem(names: [name.lowercased()], reserved: reserved) {
            fail(node, problem.message, problem.suggestion)
        }
    }

    private mutating func constant(_ node: ConfigurationNode, _ key: String) -> String? {
        guard let text = node.text else {
            fail(node, "\"\(key)\" must be a text")
            return nil
        }
        guard !text.contains("${") else {
            fail(node, "\"\(key)\" must not depend on data", "write $1, $2 and so on, and give the values as args")
            return nil
        }
        return text
    }

    private mutating func fail(_ node: ConfigurationNode, _ message: String, _ suggestion: String? = nil) {
        issues.append(
            ConfigurationIssue(location: node.location, path: node.path, message: message, suggestion: suggestion))
    }
}
