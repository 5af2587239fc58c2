/// A regular expression as instructions for ``PatternMatcher``.
struct PatternProgram: Sendable {
    /// One instruction; numbers are those of other instructions.
    enum Instruction: Sendable {
        /// Takes one scalar.
        case scalar(UInt32)
        /// Takes one scalar of a set.
        case set(Int)
        /// Goes on at two places.
        case split(Int, Int)
        /// Goes on elsewhere.
        case jump(Int)
        /// Goes on when the place is such.
        case condition(PatternNode.Condition)
        /// Goes on when another program matches, or does not match, from here.
        case look(Int, isAhead: Bool, isNegated: Bool)
        /// The end.
        case match
    }

    /// The greatest number of instructions of a pattern and what it looks ahead for.
    static let longestProgram = 20_000

    private(set) var instructions: [Instruction] = []
    private(set) var sets: [ScalarSet] = []
    private(set) var looks: [PatternProgram] = []
    /// Whether a match can only begin at the start of the text.
    let isAnchored: Bool

    /// Translates an expression.
    ///
    /// - Parameters:
    ///   - node: The expression.
    ///   - isBackward: Whether the program reads the text backwards.
    ///   - room: How many instructions may still be made; counts down.
    init(_ node: PatternNode, isBackward: Bool = false, room: inout Int) throws(PatternSyntaxError) {
        isAnchored = node.isAnchored
        try emit(node, isBackward, &room)
        try add(.match, &room)
    }

    private mutating func add(_ instruction: Instruction, _ room: inout Int) throws(PatternSyntaxError) {
        guard room > 0 else {
            throw PatternSyntaxError(message: "the pattern is too large, its repetitions counted", column: 1)
        }
        room -= 1
        instructions.append(instruction)
    }

    private mutating func emit(
        _ node: PatternNode, _ isBackward: Bool, _ room: inout Int
    ) throws(PatternSyntaxError) {
        switch node {
        case .empty: return
        case .scalar(let set):
            if let scalar = set.single {
                try add(.scalar(scalar), &room)
            } else {
                sets.append(set)
                try add(.set(sets.count - 1), &room)
            }
        case .sequence(let parts):
            for part in isBackward ? parts.reversed() : parts { try emit(part, isBackward, &room) }
        case .choice(let parts):
            try emitChoice(parts[...], isBackward, &room)
        case .repetition(let part, let least, let most):
            try emitRepetition(part, least, most, isBackward, &room)
        case .condition(let condition):
            try add(.condition(condition), &room)
        case .look(let part, let isAhead, let isNegated):
            looks.append(try PatternProgram(part, isBackward: !isAhead, room: &room))
            try add(.look(looks.count - 1, isAhead: isAhead, isNegated: isNegated), &room)
        }
    }

    private mutating func emitChoice(
        _ parts: ArraySlice<PatternNode>, _ isBackward: Bool, _ room: inout Int
    ) throws(PatternSyntaxError) {
        var exits: [Int] = []
        for (offset, part) in parts.enumerated() {
            let isLast = offset == parts.count - 1
            let split = instructions.count
            if !isLast { try add(.split(0, 0), &room) }
            try emit(part, isBackward, &room)
            guard !isLast else { break }
            exits.append(instructions.count)
            try add(.jump(0), &room)
            instructions[split] = .split(split + 1, instructions.count)
        }
        for exit in exits { instructions[exit] = .jump(instructions.count) }
    }

    private mutating func emitRepetition(
        _ part: PatternNode, _ least: Int, _ most: Int?, _ isBackward: Bool, _ room: inout Int
    ) throws(PatternSyntaxError) {
        for _ in 0..<least { try emit(part, isBackward, &room) }
        guard let most else {
            let split = instructions.count
            try add(.split(0, 0), &room)
            try emit(part, isBackward, &room)
            try add(.jump(split), &room)
            instructions[split] = .split(split + 1, instructions.count)
            return
        }
        var splits: [Int] = []
        for _ in least..<most {
            splits.append(instructions.count)
            try add(.split(0, 0), &room)
            try emit(part, isBackward, &room)
        }
        for split in splits { instructions[split] = .split(split + 1, instructions.count) }
    }
}
