extension ExpressionFunction {
    static let arrayFunctions: [ExpressionFunction] = [
        ExpressionFunction(
            "first", ["array"], .arrays, "The first element; null if there is none.", example: ("first([1, 2])", "1")
        ) { _, arguments throws(ExpressionFailure) in
            try arguments.array(0).first ?? .null
        },
        ExpressionFunction(
            "last", ["array"], .arrays, "The last element; null if there is none.", example: ("last([1, 2])", "2")
        ) { _, arguments throws(ExpressionFailure) in
            try arguments.array(0).last ?? .null
        },
        ExpressionFunction(
            "slice", ["array", "start", "end?"], .arrays,
            "The elements from `start` up to, not including, `end`; negative positions count from the end.",
            example: ("slice([1, 2, 3, 4], 1, -1)", "[2, 3]")
        ) { evaluator, arguments throws(ExpressionFailure) in
            let elements = try arguments.array(0)
            let range = try evaluator.range(of: elements.count, arguments)
            try evaluator.charge(range.count, at: arguments.span)
            return .array(Array(elements[range]))
        },
        ExpressionFunction(
            "concat", ["arrays..."], .arrays, "The elements of all arrays; null counts as an empty one.",
            example: ("concat([1], [2, 3])", "[1, 2, 3]"), acceptsNull: true
        ) { evaluator, arguments throws(ExpressionFailure) in
            var result: [JSONValue] = []
            for index in arguments.values.indices where !arguments[index].isNull {
                let elements = try arguments.array(index)
                try evaluator.charge(elements.count, at: arguments.span)
                result += elements
            }
            return .array(result)
        },
        ExpressionFunction(
            "reverse", ["array"], .arrays, "The elements from the last to the first.",
            example: ("reverse([1, 2])", "[2, 1]")
        ) { evaluator, arguments throws(ExpressionFailure) in
            .array(try evaluator.elements(arguments).reversed())
        },
        ExpressionFunction(
            "unique", ["array"], .arrays, "The elements without those that equal an earlier one.",
            example: ("unique([1, 2, 1.0])", "[1, 2]")
        ) { evaluator, arguments throws(ExpressionFailure) in
            var seen: Set<JSONValue> = []
            let elements = try evaluator.elements(arguments)
            try evaluator.charge(visiting: arguments[0], at: arguments.span)
            return .array(elements.filter { seen.insert($0).inserted })
        },
        ExpressionFunction(
            "sort", ["array", "path?"], .arrays,
            "The elements in the order of their values, or of what lies at a path in them: numbers or strings, "
                + "then null. Equal ones keep their order.",
            example: ("sort([{n: 2}, {n: 1}], 'n')", "[{n: 1}, {n: 2}]")
        ) { evaluator, arguments throws(ExpressionFailure) in
            .array(try evaluator.sorted(arguments))
        },
        ExpressionFunction(
            "pluck", ["array", "path"], .arrays, "What lies at a path in each element, or null.",
            example: ("pluck([{sku: 'a'}, {sku: 'b'}], 'sku')", "['a', 'b']")
        ) { evaluator, arguments throws(ExpressionFailure) in
            let path = try arguments.path(1)
            var result: [JSONValue] = []
            for element in try evaluator.elements(arguments) {
                result.append(try path.value(in: element, &evaluator, at: arguments.span))
            }
            return .array(result)
        },
        ExpressionFunction(
            "filter", ["array", "path", "value?"], .arrays,
            "The elements that have the value at a path or, without a value, anything that counts as true.",
            example: ("filter([{n: 1}, {n: 2}], 'n', 2)", "[{n: 2}]")
        ) { evaluator, arguments throws(ExpressionFailure) in
            .array(try evaluator.matches(arguments))
        },
        ExpressionFunction(
            "find", ["array", "path", "value?"], .arrays,
            "The first element that `filter` keeps; null if there is none.",
            example: ("find([{n: 1}, {n: 2}], 'n', 2)", "{n: 2}")
        ) { evaluator, arguments throws(ExpressionFailure) in
            try evaluator.matches(arguments, limit: 1).first ?? .null
        },
        ExpressionFunction(
            "count", ["array", "path?", "value?"], .arrays,
            "The number of elements that `filter` keeps; of all elements without a path.",
            example: ("count([{n: 1}, {n: 2}], 'n', 2)", "1")
        ) { evaluator, arguments throws(ExpressionFailure) in
            let kept = arguments.count == 1 ? try arguments.array(0) : try evaluator.matches(arguments)
            return .integer(Int64(kept.count))
        },
    ]

    static let objectFunctions: [ExpressionFunction] = [
        ExpressionFunction(
            "keys", ["object"], .arrays, "The keys in their order.", example: ("keys({b: 1, a: 2})", "['b', 'a']")
        ) { evaluator, arguments throws(ExpressionFailure) in
            let object = try arguments.object(0)
            try evaluator.charge(object.count, at: arguments.span)
            return .array(object.keys.map(JSONValue.string))
        },
        ExpressionFunction(
            "values", ["object"], .arrays, "The values in the order of their keys.",
            example: ("values({b: 1, a: 2})", "[1, 2]")
        ) { evaluator, arguments throws(ExpressionFailure) in
            let object = try arguments.object(0)
            try evaluator.charge(object.count, at: arguments.span)
            return .array(object.values)
        },
        ExpressionFunction(
            "merge", ["objects..."], .arrays,
            "The keys of all objects; later values replace earlier ones, and null counts as an empty object.",
            example: ("merge({a: 1, b: 1}, {b: 2})", "{a: 1, b: 2}"), acceptsNull: true
        ) { evaluator, arguments throws(ExpressionFailure) in
            var result = JSONObject()
            for index in arguments.values.indices where !arguments[index].isNull {
                let object = try arguments.object(index)
                try evaluator.charge(object.count, at: arguments.span)
                result.merge(object)
            }
            return .object(result)
        },
    ]
}
