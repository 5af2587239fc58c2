#if JavaScript
/// Where in the component's text an error arose, as far as the error knows.
struct SourcePlace {
    private(set) var line = 0
    private(set) var column = 0

    /// - Parameters:
    ///   - line: The error's line.
    ///   - column: The error's column.
    ///   - url: The source that line and column belong to.
    ///   - stack: The error's stack trace: lines of `function@source:line:column`.
    ///   - sourceName: The component's source; other places are of no use to its author.
    init(line: Int, column: Int, url: String, stack: String, sourceName: String) {
        if url == sourceName, line > 0 {
            self.line = line
            self.column = column
        } else {
            for frame in stack.split(separator: "\n", omittingEmptySubsequences: true) {
                let location = frame.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
                guard location.hasPrefix(sourceName) else { continue }
                let numbers = location.dropFirst(sourceName.count).split(separator: ":").compactMap { Int($0) }
                guard let line = numbers.first else { continue }
                self.line = line
                self.column = numbers.count > 1 ? numbers[1] : 0
                break
            }
        }
        if self.line == 1 { self.column = max(0, self.column - EngineComponent.opening.utf16.count) }
    }
}
#endif
