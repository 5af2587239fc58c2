#if PostgreSQL
import WorkflowStore

/// The text of a statement as PostgreSQL wants it: placeholders with numbers.
enum NumberedStatement {
    /// Replaces each `?` outside of quotes with `$1`, `$2`, …
    static func text(_ sql: String) -> String {
        var text = ""
        text.reserveCapacity(sql.utf8.count + 16)
        var number = 0
        var quote: Character?
        for character in sql {
            if let open = quote {
                if character == open { quote = nil }
                text.append(character)
            } else if character == "?" {
                number += 1
                text += "$\(number)"
            } else {
                if character == "'" || character == "\"" { quote = character }
                text.append(character)
            }
        }
        return text
    }
}
#endif
