/// A word, sign or literal of a script.
package struct ScriptToken: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case word
        case sign
        /// Text, a number, a regular expression, or a piece of a template.
        case literal
    }

    package let kind: Kind
    /// What it is; empty for literals.
    package let text: String
    /// The line, from 1.
    package let line: Int
    /// The column, from 1, in UTF-16 units as JavaScript counts them.
    package let column: Int

    /// Whether it is this sign.
    package func isSign(_ text: String) -> Bool { kind == .sign && self.text == text }
}

/// Takes a script apart, as far as is needed to tell its words from its literals and comments.
///
/// Where a `/` may begin a regular expression or be a division, what stands before it decides; this is right for what
/// people write, and need not be for everything that the language allows.
package struct ScriptTokenizer {
    private static let wordsBeforeExpressions: Set = [
        "return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do", "instanceof", "yield",
        "await",
    ]

    private let characters: [Unicode.Scalar]
    private var index = 0
    private var line = 1
    private var column = 1
    private var tokens: [ScriptToken] = []
    /// For each template whose `${` is open, how many braces are open within it.
    private var braces: [Int] = []

    private init(_ text: String) {
        characters = Array(text.unicodeScalars)
    }

    /// The tokens of a script in order.
    package static func tokens(of text: String) -> [ScriptToken] {
        var tokenizer = ScriptTokenizer(text)
        while tokenizer.index < tokenizer.characters.count { tokenizer.next() }
        return tokenizer.tokens
    }

    private func peek(_ offset: Int = 0) -> Unicode.Scalar? {
        index + offset < characters.count ? characters[index + offset] : nil
    }

    private mutating func step() {
        if characters[index] == "\n" {
            line += 1
            column = 1
        } else {
            column += characters[index].value > 0xFFFF ? 2 : 1
        }
        index += 1
    }

    private mutating func skip(while condition: (Unicode.Scalar) -> Bool) {
        while let character = peek(), condition(character) { step() }
    }

    private mutating func next() {
        guard let character = peek() else { return }
        let place = (line, column)
        func add(_ kind: ScriptToken.Kind, _ text: String = "") {
            tokens.append(ScriptToken(kind: kind, text: text, line: place.0, column: place.1))
        }
        if character.properties.isWhitespace {
            step()
        } else if character == "/", peek(1) == "/" {
            skip { $0 != "\n" }
        } else if character == "/", peek(1) == "*" {
            step()
            step()
            while index < characters.count, !(peek() == "*" && peek(1) == "/") { step() }
            for _ in 0..<2 where index < characters.count { step() }
        } else if character == "\"" || character == "'" {
            quoted(until: character)
            add(.literal)
        } else if character == "`" {
            step()
            template()
            add(.literal)
        } else if character == "/", mayBeginExpression {
            regularExpression()
            add(.literal)
        } else if Self.isWordStart(character) {
            let start = index
            skip { Self.isWordStart($0) || $0.properties.numericType != nil }
            var text = String.UnicodeScalarView()
            text.append(contentsOf: characters[start..<index])
            add(.word, String(text))
        } else if character.properties.numericType != nil {
            skip { Self.isWordStart($0) || $0.properties.numericType != nil || $0 == "." }
            add(.literal)
        } else if character == "}", braces.last == 0 {
            braces.removeLast()
            step()
            template()
            add(.literal)
        } else {
            if !braces.isEmpty, character == "{" { braces[braces.count - 1] += 1 }
            if !braces.isEmpty, character == "}" { braces[braces.count - 1] -= 1 }
            add(.sign, sign())
        }
    }

    /// Reads a sign. Those of several characters matter only where they begin with `=`, end with it, or are `++`, `--`.
    private mutating func sign() -> String {
        for sign in Self.longSigns where zip(sign.unicodeScalars, 0...).allSatisfy({ peek($1) == $0 }) {
            for _ in sign.unicodeScalars { step() }
            return sign
        }
        defer { step() }
        return String(Character(characters[index]))
    }

    private static let longSigns = [
        ">>>=", "===", "!==", "**=", "<<=", ">>=", "&&=", "||=", "??=", "...", "=>", "==", "!=", "<=", ">=", "+=", "-=",
        "*=", "%=", "&=", "|=", "^=", "++", "--", "?.", "/=",
    ]

    private mutating func quoted(until end: Unicode.Scalar) {
        step()
        while let character = peek(), character != end, character != "\n" {
            if character == "\\" { step() }
            if index < characters.count { step() }
        }
        if peek() == end { step() }
    }

    /// Reads a template to its end or to the next `${`.
    private mutating func template() {
        while let character = peek() {
            if character == "\\" {
                step()
            } else if character == "`" {
                step()
                return
            } else if character == "$", peek(1) == "{" {
                step()
                step()
                braces.append(0)
                return
            }
            if index < characters.count { step() }
        }
    }

    private mutating func regularExpression() {
        step()
        var isInClass = false
        while let character = peek(), character != "\n", isInClass || character != "/" {
            if character == "[" { isInClass = true }
            if character == "]" { isInClass = false }
            if character == "\\" { step() }
            if index < characters.count { step() }
        }
        if peek() == "/" { step() }
        skip { Self.isWordStart($0) }
    }

    private var mayBeginExpression: Bool {
        guard let last = tokens.last else { return true }
        switch last.kind {
        case .literal: return false
        case .word: return Self.wordsBeforeExpressions.contains(last.text)
        case .sign: return ![")", "]", "++", "--"].contains(last.text)
        }
    }

    private static func isWordStart(_ character: Unicode.Scalar) -> Bool {
        character == "_" || character == "$" || character == "#"
            || character.properties.isIDContinue
                && character.properties.numericType == nil
    }
}
