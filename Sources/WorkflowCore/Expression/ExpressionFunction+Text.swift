extension ExpressionFunction {
    static let textFunctions: [ExpressionFunction] = [
        ExpressionFunction(
            "startsWith", ["text", "start"], .text, "Whether the text begins with another.",
            example: ("startsWith('order-7', 'order-')", "true")
        ) { evaluator, arguments throws(ExpressionFailure) in
            let (text, start) = (try arguments.string(0), try arguments.string(1))
            try evaluator.charge(reading: start, at: arguments.span)
            return .bool(text.utf8.starts(with: start.utf8))
        },
        ExpressionFunction(
            "endsWith", ["text", "end"], .text, "Whether the text ends with another.",
            example: ("endsWith('photo.png', '.png')", "true")
        ) { evaluator, arguments throws(ExpressionFailure) in
            let (text, end) = (try arguments.string(0), try arguments.string(1))
            try evaluator.charge(reading: end, at: arguments.span)
            return .bool(text.utf8.count >= end.utf8.count && text.utf8.suffix(end.utf8.count).elementsEqual(end.utf8))
        },
        ExpressionFunction(
            "lower", ["text"], .text, "The text in lower case.", example: ("lower('Paid')", "'paid'")
        ) { evaluator, arguments throws(ExpressionFailure) in
            .string(try evaluator.whole(arguments).lowercased())
        },
        ExpressionFunction(
            "upper", ["text"], .text, "The text in upper case.", example: ("upper('eur')", "'EUR'")
        ) { evaluator, arguments throws(ExpressionFailure) in
            .string(try evaluator.whole(arguments).uppercased())
        },
        ExpressionFunction(
            "trim", ["text"], .text, "The text without white space at its ends.",
            example: ("trim('  a b ')", "'a b'")
        ) { evaluator, arguments throws(ExpressionFailure) in
            var scalars = try evaluator.whole(arguments).unicodeScalars[...]
            while scalars.first?.properties.isWhitespace == true { scalars.removeFirst() }
            while scalars.last?.properties.isWhitespace == true { scalars.removeLast() }
            return .string(String(scalars))
        },
        ExpressionFunction(
            "substring", ["text", "start", "end?"], .text,
            "The code points from `start` up to, not including, `end`; negative positions count from the end.",
            example: ("substring('2026-11-23', 5, 7)", "'11'")
        ) { evaluator, arguments throws(ExpressionFailure) in
            let scalars = try evaluator.whole(arguments).unicodeScalars
            let range = try evaluator.range(of: scalars.count, arguments)
            return .string(String(String.UnicodeScalarView(scalars.dropFirst(range.lowerBound).prefix(range.count))))
        },
        ExpressionFunction(
            "replace", ["text", "part", "replacement"], .text, "The text with each occurrence of a part replaced.",
            example: ("replace('a-b-c', '-', '/')", "'a/b/c'")
        ) { evaluator, arguments throws(ExpressionFailure) in
            let replacement = try arguments.string(2)
            let (bytes, ranges) = try evaluator.occurrences(arguments)
            try evaluator.charge(multiply(ranges.count, replacement.utf8.count), at: arguments.span)
            var (result, position): ([UInt8], Int) = ([], 0)
            for range in ranges {
                result += bytes[position..<range.lowerBound]
                result += replacement.utf8
                position = range.upperBound
            }
            return .string(String(decoding: result + bytes[position...], as: UTF8.self))
        },
        ExpressionFunction(
            "split", ["text", "separator"], .text, "The parts of a text between separators.",
            example: ("split('a,b,', ',')", "['a', 'b', '']")
        ) { evaluator, arguments throws(ExpressionFailure) in
            let (bytes, ranges) = try evaluator.occurrences(arguments)
            try evaluator.charge(ranges.count, at: arguments.span)
            let starts = [0] + ranges.map(\.upperBound)
            let ends = ranges.map(\.lowerBound) + [bytes.count]
            return .array(zip(starts, ends).map { .string(String(decoding: bytes[$0..<$1], as: UTF8.self)) })
        },
        ExpressionFunction(
            "join", ["array", "separator?"], .text, "The texts of the elements, with a separator between them.",
            example: ("join(['a', 1, true], ', ')", "'a, 1, true'")
        ) { evaluator, arguments throws(ExpressionFailure) in
            let elements = try arguments.array(0)
            let separator = arguments.count > 1 ? try arguments.string(1) : ""
            try evaluator.charge(multiply(elements.count, separator.utf8.count + 1), at: arguments.span)
            var result = ""
            for (index, element) in elements.enumerated() {
                if index > 0 { result += separator }
                result += try evaluator.text(of: element, at: arguments.span)
            }
            return .string(result)
        },
        ExpressionFunction(
            "urlEncode", ["text"], .text, "The text with all but letters, digits and `-._~` percent-encoded.",
            example: ("urlEncode('a b/ü')", "'a%20b%2F%C3%BC'")
        ) { evaluator, arguments throws(ExpressionFailure) in
            let text = try evaluator.whole(arguments)
            try evaluator.charge(text.utf8.count * 2, at: arguments.span)
            return .string(TextEncoding.percentEncoded(text))
        },
        ExpressionFunction(
            "base64Encode", ["text"], .text, "The UTF-8 bytes of the text in Base64.",
            example: ("base64Encode('Grüße')", "'R3LDvMOfZQ=='")
        ) { evaluator, arguments throws(ExpressionFailure) in
            .string(TextEncoding.base64(try evaluator.whole(arguments)))
        },
        ExpressionFunction(
            "base64Decode", ["text"], .text,
            "The text whose UTF-8 bytes are given in Base64, in the standard or the URL alphabet; an error if none are.",
            example: ("base64Decode('R3LDvMOfZQ==')", "'Grüße'")
        ) { evaluator, arguments throws(ExpressionFailure) in
            guard let text = TextEncoding.text(base64: try evaluator.whole(arguments)) else {
                throw arguments.invalid(0, "no Base64 of UTF-8 text")
            }
            return .string(text)
        },
    ]

    /// The product, or the largest integer where it is larger.
    private static func multiply(_ left: Int, _ right: Int) -> Int {
        let (product, isOverflow) = left.multipliedReportingOverflow(by: right)
        return isOverflow ? .max : product
    }
}

extension ExpressionEvaluator {
    /// The first argument, a string, from which as long a text is made.
    mutating func whole(_ arguments: ExpressionArguments) throws(ExpressionFailure) -> String {
        let text = try arguments.string(0)
        try charge(text.utf8.count, at: arguments.span)
        return text
    }

    /// The bytes of the first argument, and where the second one occurs in them.
    fileprivate mutating func occurrences(
        _ arguments: ExpressionArguments
    ) throws(ExpressionFailure) -> (bytes: [UInt8], ranges: [Range<Int>]) {
        let (text, part) = (try whole(arguments), try arguments.string(1))
        guard !part.isEmpty else { throw arguments.invalid(1, "an empty string") }
        try charge(part.utf8.count, at: arguments.span)
        let bytes = Array(text.utf8)
        return (bytes, TextSearch(part).ranges(in: bytes))
    }

    /// The range that the second and third argument choose out of so many elements.
    func range(of count: Int, _ arguments: ExpressionArguments) throws(ExpressionFailure) -> Range<Int> {
        let start = try arguments.integer(1)
        let end = try arguments.integer(2, default: count)
        let bounds = [start, end].map { $0 < 0 ? max(0, count + $0) : min(count, $0) }
        return bounds[0]..<max(bounds[0], bounds[1])
    }
}
