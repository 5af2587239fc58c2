extension ExpressionEvaluator {
    /// The elements of the first argument, from which as many are made.
    mutating func elements(_ arguments: ExpressionArguments) throws(ExpressionFailure) -> [JSONValue] {
        let elements = try arguments.array(0)
        try charge(elements.count, at: arguments.span)
        return elements
    }

    /// The elements that have a value, or something that counts as true, at a path.
    mutating func matches(
        _ arguments: ExpressionArguments, limit: Int = .max
    ) throws(ExpressionFailure) -> [JSONValue] {
        let elements = try arguments.array(0)
        let path = try arguments.path(1)
        var kept: [JSONValue] = []
        for element in elements where kept.count < limit {
            try charge(1, at: arguments.span)
            let found = try path.value(in: element, &self, at: arguments.span)
            let isMatch = arguments.count > 2 ? try equal(found, arguments[2], at: arguments.span) : found.isTruthy
            if isMatch { kept.append(element) }
        }
        return kept
    }

    /// The elements in the order of their keys.
    mutating func sorted(_ arguments: ExpressionArguments) throws(ExpressionFailure) -> [JSONValue] {
        let elements = try elements(arguments)
        let path = arguments.count > 1 ? try arguments.path(1) : nil
        var keys: [JSONValue] = []
        var model: JSONValue?
        for (index, element) in elements.enumerated() {
            let key = try path?.value(in: element, &self, at: arguments.span) ?? element
            if !key.isNull {
                let first = model ?? key
                guard Self.order(first, key) != nil else {
                    throw arguments.element(index, key, first.isString ? "a string" : "a number")
                }
                model = first
            }
            keys.append(key)
        }
        let rounds = Int.bitWidth - elements.count.leadingZeroBitCount
        for key in keys { try charge((key.stringValue?.utf8.count ?? 0) / 64 * rounds + rounds, at: arguments.span) }
        let order = keys.indices.sorted { left, right in
            switch (keys[left].isNull, keys[right].isNull) {
            case (false, true): return true
            case (true, false): return false
            default: break
            }
            let order = Self.order(keys[left], keys[right]) ?? 0
            return order == 0 ? left < right : order < 0
        }
        return order.map { elements[$0] }
    }
}
