#if JavaScript
import WorkflowCore

/// A script's failure on its way from the worker.
struct ScriptFailure: Error {
    enum Code: Int {
        case syntax = 1
        case contract
        case invalidValue
        case thrown
        case timeLimit
        case memoryLimit
        case workerLost
    }

    var code: Code
    var message: String
    var line = 0
    var column = 0

    init(_ code: Code, _ message: String, line: Int = 0, column: Int = 0) {
        self.code = code
        self.message = message
        self.line = line
        self.column = column
    }

    init(reading payload: UnsafeRawBufferPointer) {
        var reader = ScriptPayloadReader(payload)
        code = Code(rawValue: reader.number()) ?? .thrown
        line = reader.number()
        column = reader.number()
        message = reader.text()
    }

    var payload: [UInt8] {
        var writer = ScriptPayloadWriter()
        writer.number(code.rawValue)
        writer.number(line)
        writer.number(column)
        writer.text(message)
        return writer.bytes
    }

    /// The error as callers see it.
    var error: ScriptError {
        let code: ScriptError.Code =
            switch self.code {
            case .syntax: .syntax
            case .contract: .contract
            case .invalidValue: .invalidValue
            case .thrown: .thrown
            case .timeLimit: .timeLimit
            case .memoryLimit: .memoryLimit
            case .workerLost: .workerLost
            }
        return ScriptError(code, message, line: line > 0 ? line : nil, column: column > 0 ? column : nil)
    }
}
#endif
