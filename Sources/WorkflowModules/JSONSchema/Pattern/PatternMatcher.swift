/// Looks for a match of a program in a text by following all ways through the program at once, so that the time is
/// bounded by the length of the text times the length of the program; looking ahead and behind multiplies it once more.
///
/// Source: R. Cox, "Regular Expression Matching: the Virtual Machine Approach", 2009 (Pike's algorithm).
struct PatternMatcher {
    /// The text, which is valid UTF-8.
    private let text: UnsafeBufferPointer<UInt8>
    /// How many steps may still be made; negative when they did not suffice.
    private(set) var budget: Int

    init(_ text: UnsafeBufferPointer<UInt8>, budget: Int) {
        self.text = text
        self.budget = budget
    }

    /// Whether the program matches somewhere in the text. Meaningless when ``budget`` is negative afterwards.
    mutating func search(_ program: PatternProgram) -> Bool {
        run(program, from: 0, isBackward: false, isSearch: !program.isAnchored)
    }

    private mutating func run(_ program: PatternProgram, from start: Int, isBackward: Bool, isSearch: Bool) -> Bool {
        let size = program.instructions.count
        return withUnsafeTemporaryAllocation(of: Int32.self, capacity: size * 4 + 1) { memory in
            memory.initialize(repeating: -1)
            var threads = Threads(memory, size: size)
            var position = start
            if threads.add(0, program, at: position, &self) { return true }
            while budget >= 0 {
                let end = isBackward ? 0 : text.count
                guard position != end, isSearch || threads.count > 0 else { return false }
                let (scalar, next) = isBackward ? scalar(before: position) : scalar(at: position)
                threads.swap()
                budget -= threads.oldCount + 1
                for index in 0..<threads.oldCount {
                    let counter = threads.old(index)
                    let takes =
                        switch program.instructions[counter] {
                        case .scalar(let expected): scalar == expected
                        case .set(let set): program.sets[set].contains(scalar)
                        default: false
                        }
                    if takes, threads.add(counter + 1, program, at: next, &self) { return true }
                }
                if isSearch, threads.add(0, program, at: next, &self) { return true }
                position = next
            }
            return false
        }
    }

    fileprivate mutating func holds(_ condition: PatternNode.Condition, at position: Int) -> Bool {
        switch condition {
        case .start: position == 0
        case .end: position == text.count
        case .wordBoundary: isWord(before: position) != isWord(at: position)
        case .noWordBoundary: isWord(before: position) == isWord(at: position)
        }
    }

    fileprivate mutating func looks(_ program: PatternProgram, at position: Int, isAhead: Bool) -> Bool {
        run(program, from: position, isBackward: !isAhead, isSearch: false)
    }

    fileprivate mutating func spend() { budget -= 1 }

    private func isWord(at position: Int) -> Bool {
        position < text.count && ScalarSet.wordParts.contains(UInt32(text[position]))
    }

    private func isWord(before position: Int) -> Bool {
        position > 0 && ScalarSet.wordParts.contains(UInt32(text[position - 1]))
    }

    private func scalar(before position: Int) -> (UInt32, Int) {
        var start = position - 1
        while start > 0, text[start] & 0xC0 == 0x80 { start -= 1 }
        return (scalar(at: start).0, start)
    }

    private func scalar(at position: Int) -> (UInt32, Int) {
        let first = UInt32(text[position])
        func part(_ offset: Int) -> UInt32 { UInt32(text[position + offset]) & 0x3F }
        switch first {
        case 0..<0x80: return (first, position + 1)
        case 0..<0xE0: return ((first & 0x1F) << 6 | part(1), position + 2)
        case 0..<0xF0: return ((first & 0x0F) << 12 | part(1) << 6 | part(2), position + 3)
        default: return ((first & 0x07) << 18 | part(1) << 12 | part(2) << 6 | part(3), position + 4)
        }
    }
}

/// The instructions that wait for the next scalar, in memory that somebody else owns.
private struct Threads {
    private let marks: UnsafeMutablePointer<Int32>
    private var new: UnsafeMutablePointer<Int32>
    private var previous: UnsafeMutablePointer<Int32>
    private let pending: UnsafeMutablePointer<Int32>
    private(set) var count = 0
    private(set) var oldCount = 0
    private var round: Int32 = 0

    init(_ memory: UnsafeMutableBufferPointer<Int32>, size: Int) {
        // Never nil: the buffer has room for at least one number.
        let base = memory.baseAddress.unsafelyUnwrapped
        marks = base
        new = base + size
        previous = base + size * 2
        pending = base + size * 3
    }

    func old(_ index: Int) -> Int { Int(previous[index]) }

    mutating func swap() {
        Swift.swap(&new, &previous)
        oldCount = count
        count = 0
        round &+= 1
    }

    /// Adds an instruction and all that it leads to without a scalar; returns whether that is the end of the program.
    mutating func add(_ start: Int, _ program: PatternProgram, at position: Int, _ matcher: inout PatternMatcher)
        -> Bool
    {
        var waiting = 0
        func push(_ counter: Int) {
            guard marks[counter] != round else { return }
            marks[counter] = round
            pending[waiting] = Int32(truncatingIfNeeded: counter)
            waiting += 1
        }
        push(start)
        while waiting > 0, matcher.budget >= 0 {
            waiting -= 1
            matcher.spend()
            let counter = Int(pending[waiting])
            switch program.instructions[counter] {
            case .match: return true
            case .scalar, .set:
                new[count] = Int32(truncatingIfNeeded: counter)
                count += 1
            case .jump(let target): push(target)
            case .split(let first, let second):
                push(second)
                push(first)
            case .condition(let condition):
                if matcher.holds(condition, at: position) { push(counter + 1) }
            case .look(let look, let isAhead, let isNegated):
                if matcher.looks(program.looks[look], at: position, isAhead: isAhead) != isNegated { push(counter + 1) }
            }
        }
        return false
    }
}
