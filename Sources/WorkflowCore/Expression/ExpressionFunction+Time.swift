extension ExpressionFunction {
    static let timeFunctions: [ExpressionFunction] = [
        ExpressionFunction(
            "now", [], .time, "The current time, as RFC 3339 text in UTC.",
            example: ("now()", "'2026-01-05T09:00:00Z'"), isPure: false
        ) { evaluator, _ in
            .string(evaluator.environment.clock.now.description)
        },
        ExpressionFunction(
            "addSeconds", ["time", "seconds"], .time, "The time so many seconds later, in UTC.",
            example: ("addSeconds('2026-11-23T09:00:00Z', -0.5)", "'2026-11-23T08:59:59.500Z'")
        ) { _, arguments throws(ExpressionFailure) in
            let time = try arguments.time(0)
            let (sum, isOverflow) = time.nanoseconds.addingReportingOverflow(try arguments.nanoseconds(1))
            guard !isOverflow else { throw ExpressionArithmetic.outOfRange(at: arguments.span) }
            return .string(Timestamp(nanoseconds: sum).description)
        },
        ExpressionFunction(
            "secondsBetween", ["start", "end"], .time,
            "The seconds from one time to another; negative when the other is earlier.",
            example: ("secondsBetween('2026-11-23T09:00:00Z', '2026-11-23T11:00:01+01:00')", "3601")
        ) { _, arguments throws(ExpressionFailure) in
            let (start, end) = (try arguments.time(0), try arguments.time(1))
            let (change, isOverflow) = end.nanoseconds.subtractingReportingOverflow(start.nanoseconds)
            guard !isOverflow else { throw ExpressionArithmetic.outOfRange(at: arguments.span) }
            let (seconds, rest) = change.quotientAndRemainder(dividingBy: 1_000_000_000)
            return rest == 0 ? .integer(seconds) : .double(Double(change) / 1e9)
        },
        ExpressionFunction(
            "unixTime", ["time"], .time, "The whole seconds since 1970-01-01T00:00:00Z, rounded down.",
            example: ("unixTime('2026-11-23T09:00:00Z')", "1795424400")
        ) { _, arguments throws(ExpressionFailure) in
            .integer(try arguments.time(0).seconds)
        },
        ExpressionFunction(
            "fromUnixTime", ["seconds"], .time, "The time so many seconds after 1970-01-01T00:00:00Z.",
            example: ("fromUnixTime(1795424400)", "'2026-11-23T09:00:00Z'")
        ) { _, arguments throws(ExpressionFailure) in
            let seconds = Int64(try arguments.integer(0))
            let time = Timestamp(seconds: seconds)
            guard time.seconds == seconds else { throw ExpressionArithmetic.outOfRange(at: arguments.span) }
            return .string(time.description)
        },
        ExpressionFunction(
            "uuid", [], .time, "A new UUID.", example: ("uuid()", "'01890a5d-ac96-774b-bcce-b302099a8057'"),
            isPure: false
        ) { evaluator, _ in
            .string(evaluator.environment.identifiers.next())
        },
    ]
}

extension ExpressionArguments {
    /// The argument, a number of seconds, in nanoseconds.
    fileprivate func nanoseconds(_ index: Int) throws(ExpressionFailure) -> Int64 {
        switch try ExpressionArithmetic.compute(.multiply, self[index], .integer(1_000_000_000), at: span) {
        case .integer(let number): return number
        case .double(let number):
            if let whole = Int64(exactly: number.rounded()) { return whole }
            throw ExpressionArithmetic.outOfRange(at: span)
        default: throw mismatch(index, "a number")
        }
    }
}
