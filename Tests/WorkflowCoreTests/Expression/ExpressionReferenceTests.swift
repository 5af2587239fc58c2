import Foundation
import Testing

@testable import WorkflowCore

@Suite("Documentation of expressions")
struct ExpressionReferenceTests {
    @Test("docs/expressions.md lists the functions as they are")
    func functionsAreUpToDate() throws {
        let file = URL(filePath: #filePath).appending(path: "../../../../docs/expressions.md").standardizedFileURL
        let page = try String(contentsOf: file, encoding: .utf8)
        let section = page.components(separatedBy: "<!-- functions -->\n").last?
            .components(separatedBy: "<!-- end of functions -->").first
        #expect(section == ExpressionReference.markdown, "put the text of ExpressionReference.markdown there")
    }

    @Test("Names each function once")
    func namesAreUnique() {
        let names = ExpressionFunction.all.map(\.name)
        #expect(Set(names).count == names.count)
    }
}
