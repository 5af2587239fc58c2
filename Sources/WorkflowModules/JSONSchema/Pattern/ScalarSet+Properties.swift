extension Unicode.GeneralCategory {
    /// The short name of the Unicode standard, such as `Lu`.
    fileprivate var shortName: String { Self.names[self] ?? "" }

    /// A bit that stands for the category.
    var mask: UInt32 { 1 << UInt32(Self.order[self] ?? 31) }

    private static let list: [(Unicode.GeneralCategory, String)] = [
        (.uppercaseLetter, "Lu"), (.lowercaseLetter, "Ll"), (.titlecaseLetter, "Lt"), (.modifierLetter, "Lm"),
        (.otherLetter, "Lo"), (.nonspacingMark, "Mn"), (.spacingMark, "Mc"), (.enclosingMark, "Me"),
        (.decimalNumber, "Nd"), (.letterNumber, "Nl"), (.otherNumber, "No"), (.connectorPunctuation, "Pc"),
        (.dashPunctuation, "Pd"), (.openPunctuation, "Ps"), (.closePunctuation, "Pe"), (.initialPunctuation, "Pi"),
        (.finalPunctuation, "Pf"), (.otherPunctuation, "Po"), (.mathSymbol, "Sm"), (.currencySymbol, "Sc"),
        (.modifierSymbol, "Sk"), (.otherSymbol, "So"), (.spaceSeparator, "Zs"), (.lineSeparator, "Zl"),
        (.paragraphSeparator, "Zp"), (.control, "Cc"), (.format, "Cf"), (.surrogate, "Cs"), (.privateUse, "Co"),
        (.unassigned, "Cn"),
    ]
    private static let names = Dictionary(uniqueKeysWithValues: list.map { ($0.0, $0.1) })
    private static let order = Dictionary(uniqueKeysWithValues: list.enumerated().map { ($0.element.0, $0.offset) })

    /// The bits of all categories whose short name begins with a text, such as `L`; `nil` when there is none.
    fileprivate static func mask(of prefix: String) -> UInt32? {
        let found = list.filter { $0.1.hasPrefix(prefix) }
        return prefix.isEmpty || found.isEmpty ? nil : found.reduce(0) { $0 | $1.0.mask }
    }
}

extension ScalarSet {
    /// What `\p{name}` stands for; `nil` for a property that is not known here.
    init?(property name: String) {
        let binary: Property? =
            switch name {
            case "Alphabetic", "Alpha": .alphabetic
            case "White_Space", "space": .whitespace
            case "Uppercase", "Upper": .uppercase
            case "Lowercase", "Lower": .lowercase
            case "Emoji": .emoji
            case "ID_Start", "IDS": .identifierStart
            case "ID_Continue", "IDC": .identifierPart
            default: nil
            }
        if let binary {
            self.init([], properties: [binary])
        } else if name == "Any" {
            self = .all
        } else if name == "ASCII" {
            self.init([0...0x7F])
        } else {
            var short = name[...]
            for prefix in ["General_Category=", "gc="] where name.hasPrefix(prefix) {
                short = name.dropFirst(prefix.count)
            }
            guard let mask = Unicode.GeneralCategory.mask(of: Self.longNames[String(short)] ?? String(short)) else {
                return nil
            }
            self.init([], properties: [.categories(mask)])
        }
    }

    private static let longNames = [
        "Letter": "L", "Uppercase_Letter": "Lu", "Lowercase_Letter": "Ll", "Titlecase_Letter": "Lt",
        "Modifier_Letter": "Lm", "Other_Letter": "Lo", "Mark": "M", "Combining_Mark": "M", "Nonspacing_Mark": "Mn",
        "Spacing_Mark": "Mc", "Enclosing_Mark": "Me", "Number": "N", "Decimal_Number": "Nd", "digit": "Nd",
        "Letter_Number": "Nl", "Other_Number": "No", "Punctuation": "P", "punct": "P", "Connector_Punctuation": "Pc",
        "Dash_Punctuation": "Pd", "Open_Punctuation": "Ps", "Close_Punctuation": "Pe", "Initial_Punctuation": "Pi",
        "Final_Punctuation": "Pf", "Other_Punctuation": "Po", "Symbol": "S", "Math_Symbol": "Sm",
        "Currency_Symbol": "Sc", "Modifier_Symbol": "Sk", "Other_Symbol": "So", "Separator": "Z",
        "Space_Separator": "Zs", "Line_Separator": "Zl", "Paragraph_Separator": "Zp", "Other": "C", "Control": "Cc",
        "cntrl": "Cc", "Format": "Cf", "Surrogate": "Cs", "Private_Use": "Co", "Unassigned": "Cn",
    ]
}
