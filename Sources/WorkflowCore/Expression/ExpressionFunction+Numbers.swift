extension ExpressionFunction {
    static let numberFunctions: [ExpressionFunction] = [
        ExpressionFunction(
            "round", ["number", "digits?"], .numbers,
            "The nearest number with at most so many decimal places (0 to 15, by default 0); halves go away from zero.",
            example: ("round(1.005, 2)", "1.01")
        ) { _, arguments throws(ExpressionFailure) in
            let digits = try arguments.integer(1, default: 0)
            guard (0...15).contains(digits) else { throw arguments.invalid(1, "not from 0 to 15") }
            return try arguments.mapNumber { DecimalRounding.round($0, digits: digits) }
        },
        ExpressionFunction(
            "floor", ["number"], .numbers, "The largest whole number up to the number.",
            example: ("floor(-1.5)", "-2")
        ) { _, arguments throws(ExpressionFailure) in
            try arguments.mapNumber { $0.rounded(.down) }
        },
        ExpressionFunction(
            "ceil", ["number"], .numbers, "The smallest whole number from the number on.", example: ("ceil(1.2)", "2")
        ) { _, arguments throws(ExpressionFailure) in
            try arguments.mapNumber { $0.rounded(.up) }
        },
        ExpressionFunction(
            "abs", ["number"], .numbers, "The number without its sign.", example: ("abs(-3)", "3")
        ) { _, arguments throws(ExpressionFailure) in
            guard case .integer(let number) = arguments[0] else { return try arguments.mapNumber(\.magnitude) }
            guard number != .min else { throw ExpressionArithmetic.outOfRange(at: arguments.span) }
            return .integer(abs(number))
        },
        ExpressionFunction(
            "min", ["values..."], .numbers,
            "The smallest of the numbers or strings, which are the arguments or one array; null if there are none.",
            example: ("min([3, 1, 2])", "1")
        ) { evaluator, arguments throws(ExpressionFailure) in
            try evaluator.extreme(arguments) { $0 < 0 }
        },
        ExpressionFunction(
            "max", ["values..."], .numbers,
            "The largest of the numbers or strings, which are the arguments or one array; null if there are none.",
            example: ("max(3, 1, 2)", "3")
        ) { evaluator, arguments throws(ExpressionFailure) in
            try evaluator.extreme(arguments) { $0 > 0 }
        },
        ExpressionFunction(
            "sum", ["array"], .numbers, "The sum of the numbers; 0 if there are none.",
            example: ("sum([1, 2.5])", "3.5")
        ) { evaluator, arguments throws(ExpressionFailure) in
            try evaluator.sum(arguments)
        },
        ExpressionFunction(
            "avg", ["array"], .numbers, "The mean of the numbers; null if there are none.",
            example: ("avg([1, 2, 6])", "3")
        ) { evaluator, arguments throws(ExpressionFailure) in
            let sum = try evaluator.sum(arguments)
            let count = try arguments.array(0).count
            guard count > 0 else { return .null }
            return try ExpressionArithmetic.compute(.divide, sum, .integer(Int64(count)), at: arguments.span) ?? .null
        },
    ]
}

extension ExpressionArguments {
    /// The result of a function of doubles; integers are left as they are.
    fileprivate func mapNumber(_ transform: (Double) -> Double) throws(ExpressionFailure) -> JSONValue {
        if case .integer = self[0] { return self[0] }
        guard self[0].isNumber else { throw mismatch(0, "a number") }
        return try ExpressionArithmetic.result(transform(ExpressionArithmetic.double(self[0], at: span)), at: span)
    }
}

extension ExpressionEvaluator {
    fileprivate mutating func sum(_ arguments: ExpressionArguments) throws(ExpressionFailure) -> JSONValue {
        var sum = JSONValue.integer(0)
        for (index, element) in try arguments.array(0).enumerated() {
            try charge(1, at: arguments.span)
            guard let next = try ExpressionArithmetic.compute(.add, sum, element, at: arguments.span) else {
                throw arguments.element(index, element, "a number")
            }
            sum = next
        }
        return sum
    }

    /// The value that comes before or after all others.
    fileprivate mutating func extreme(
        _ arguments: ExpressionArguments, isBetter: (Int) -> Bool
    ) throws(ExpressionFailure) -> JSONValue {
        let values = arguments.count == 1 ? try arguments.array(0) : arguments.values
        guard var best = values.first else { return .null }
        for (index, value) in values.enumerated() {
            try charge(1, at: arguments.span)
            guard let order = try order(value, best, at: arguments.span) else {
                throw arguments.element(index, value, best.isNumber ? "a number" : "a string")
            }
            if isBetter(order) { best = value }
        }
        return best
    }
}

/// Rounds the number that people read, so that 1.005 becomes 1.01 although its double lies a little below.
enum DecimalRounding {
    static func round(_ number: Double, digits: Int) -> Double {
        guard number.magnitude < 0x1p53 else { return number }
        return shift(shift(number, by: digits).rounded(.toNearestOrAwayFromZero), by: -digits)
    }

    /// Moves the decimal point of the shortest text that stands for the number.
    private static func shift(_ number: Double, by places: Int) -> Double {
        let parts = number.description.split(separator: "e")
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        return Double("\(parts[0])e\(exponent + places)") ?? number
    }
}
