/// Measures operations and prints a table of nanoseconds per operation.
struct Benchmark {
    private let filters: [String]
    /// How long one measurement takes.
    private let duration: Duration

    init(filters: [String], duration: Duration) {
        self.filters = filters
        self.duration = duration
        print("operation".padded(to: 50) + "ns per op".padded(to: 14, right: true) + "   (min - max of 5)")
    }

    /// Measures an operation, unless the arguments leave it out.
    ///
    /// - Parameters:
    ///   - name: What the table calls it.
    ///   - batch: How many operations one call of `run` makes.
    ///   - run: Makes them.
    func measure(_ name: String, batch: Int = 1, _ run: () async throws -> Void) async throws {
        guard isSelected(name) else { return }
        try await run()
        var samples: [Double] = []
        for _ in 0..<5 {
            let clock = ContinuousClock()
            let start = clock.now
            var count = 0
            var elapsed = Duration.zero
            repeat {
                try await run()
                count += batch
                elapsed = start.duration(to: clock.now)
            } while elapsed < duration / 5
            samples.append(elapsed / .nanoseconds(1) / Double(count))
        }
        samples.sort()
        let numbers = [samples[2], samples[0], samples[4]].map(Self.grouped)
        print(name.padded(to: 50) + numbers[0].padded(to: 14, right: true) + "   (\(numbers[1]) - \(numbers[2]))")
    }

    /// Whether the arguments select an operation.
    func isSelected(_ name: String) -> Bool {
        filters.isEmpty || filters.contains { name.contains($0) }
    }

    private static func grouped(_ number: Double) -> String {
        var digits = Array(String(Int(number.rounded())))
        var position = digits.count - 3
        while position > 0 {
            digits.insert(",", at: position)
            position -= 3
        }
        return String(digits)
    }
}

extension String {
    fileprivate func padded(to width: Int, right: Bool = false) -> String {
        let fill = String(repeating: " ", count: max(0, width - count))
        return right ? fill + self : self + fill
    }
}
