/// Runs components written in a scripting language.
///
/// Implementations bound what a script may use (``ScriptLimits``); a script that overruns is stopped and never takes the
/// engine with it, as far as the runtime's isolation reaches.
public protocol ScriptRuntime: Sendable {
    /// Checks, compiles and probes a script.
    ///
    /// - Parameters:
    ///   - source: The script.
    ///   - limits: What one call may use.
    ///   - host: What the script may ask of the engine.
    ///   - configuration: The value that the script's `init` gets.
    /// - Returns: The component, ready to be called; `init` has run.
    /// - Throws: ``ScriptError``: `.syntax` with the line, `.contract` when the shape is wrong, or what `init` threw.
    func load(
        _ source: ScriptSource, limits: ScriptLimits, host: any ScriptHost, configuration: JSONValue
    ) async throws -> any ScriptComponent

    /// Checks a script without running it. A runtime that loads scripts anyway need not: loading tells the same.
    ///
    /// - Throws: ``ScriptError`` `.syntax` with the line.
    func check(_ source: ScriptSource) throws

    /// Ends every worker and releases what they hold. Calls in flight fail with ``ScriptError/Code/workerLost``.
    func shutdown() async
}

extension ScriptRuntime {
    public func check(_ source: ScriptSource) throws {}
}

/// One compiled script.
public protocol ScriptComponent: Sendable {
    /// The name the script gives itself, or its source name.
    var name: String { get }
    /// Inputs and outputs the script declares.
    var contract: ScriptContract { get }
    /// Why the component rests and for how long, when it does: it has ended its workers too often. Calls fail with
    /// ``ScriptError/Code/suspended`` meanwhile.
    var suspension: (reason: String, retryAfter: Duration)? { get }

    /// Calls the script's `start`, when it has one.
    func start() async throws
    /// Calls the script's `execute`. Calls may overlap: while one awaits, another may run.
    ///
    /// - Throws: ``ScriptError``.
    func execute(_ input: JSONValue) async throws -> JSONValue
    /// Calls the script's `stop`, when it has one, and unloads it. Calls in flight finish first.
    func stop() async throws
}

extension ScriptComponent {
    public var suspension: (reason: String, retryAfter: Duration)? { nil }
}

/// The text of a script and where it comes from.
public struct ScriptSource: Sendable, Hashable {
    /// The name for messages, usually the file name.
    public let name: String
    /// The program text.
    public let text: String

    /// Creates a source.
    public init(name: String, text: String) {
        self.name = name
        self.text = text
    }
}

/// What one script, and one call of it, may use.
public struct ScriptLimits: Sendable, Hashable {
    /// Processor time of one uninterrupted stretch of a call.
    public var cpuTime: Duration = .milliseconds(500)
    /// Wall-clock time of one call, waiting included.
    public var wallTime: Duration = .seconds(30)
    /// Memory that the scripts of one worker may allocate, in bytes.
    public var memory: Int = 128 << 20
    /// The greatest size of the input and of the output as JSON, in bytes.
    public var outputSize: Int = 1 << 20
    /// Calls of one component that may be in flight at once; more wait.
    public var concurrency: Int = 64
    /// Calls of one component that may wait; more fail with ``ScriptError/Code/overloaded``.
    public var queue: Int = 10_000
    /// Copies of the component, each with its own state, in different workers. `init`, `start` and `stop` run in each.
    public var instances: Int = 1

    /// Creates the default limits.
    public init() {}
}

/// Inputs and outputs that a script declares in `contract`.
public struct ScriptContract: Sendable, Hashable {
    /// One named value.
    public struct Value: Sendable, Hashable {
        /// `string`, `int`, `bool`, `float`, `map`, `slice` or `any`.
        public var type: String
        /// What it means.
        public var description: String
        /// What is used when it is absent.
        public var defaultValue: JSONValue?

        /// Creates a value.
        public init(type: String, description: String = "", defaultValue: JSONValue? = nil) {
            self.type = type
            self.description = description
            self.defaultValue = defaultValue
        }
    }

    /// Inputs that must be there.
    public var requiredInputs: [String: Value] = [:]
    /// Inputs that may be there.
    public var optionalInputs: [String: Value] = [:]
    /// What the script returns.
    public var outputs: [String: Value] = [:]

    /// Creates an empty contract, which accepts everything.
    public init() {}
}

/// What a script may ask of the engine. Every call is answered by the engine, never by the script's process.
public protocol ScriptHost: Sendable {
    /// The name of the component's module; empty when it has none.
    var name: String { get }

    /// The least severe level that is logged: `debug`, `info`, `warn` or `error`. Lines below it are dropped where they
    /// arise.
    var logLevel: String { get }

    /// Takes a log line of the script.
    ///
    /// - Parameters:
    ///   - level: `debug`, `info`, `warn` or `error`.
    ///   - message: The text, bounded in length by the runtime.
    ///   - metadata: What belongs to it.
    func log(level: String, message: String, metadata: JSONObject)

    /// Answers a host function.
    ///
    /// - Parameters:
    ///   - function: The dotted name, such as `resource.get` or `publish`.
    ///   - arguments: The arguments in order.
    /// - Throws: ``WorkflowError`` `.forbidden` when the config does not grant it, or what went wrong; the script sees the
    ///   message as an `Error`.
    func call(_ function: String, arguments: [JSONValue]) async throws -> JSONValue
}

extension ScriptHost {
    public var name: String { "" }
}

/// An error of a script or of the runtime that runs it.
public struct ScriptError: Error, Sendable, CustomStringConvertible {
    /// What kind of error it is.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The stable name of the code.
        public let description: String

        private init(_ description: String) {
            self.description = description
        }

        /// The text is not a valid program.
        public static let syntax = Code("syntax")
        /// The program does not have the shape of a component.
        public static let contract = Code("contract")
        /// The input is not what the contract declares, or too large; the call has not begun, and would not the next time.
        public static let invalidInput = Code("invalid_input")
        /// The output is not JSON (a cycle, a function), or too large.
        public static let invalidValue = Code("invalid_value")
        /// The script threw, or its promise was rejected.
        public static let thrown = Code("thrown")
        /// The script used more time than it may.
        public static let timeLimit = Code("time_limit")
        /// The script used more memory than it may.
        public static let memoryLimit = Code("memory_limit")
        /// The worker that ran the script ended, through no fault of this call; nothing is known about how far it came.
        public static let workerLost = Code("worker_lost")
        /// Too many calls of the component wait already; this one has not begun.
        public static let overloaded = Code("overloaded")
        /// The component has ended its workers too often and rests; the call has not begun.
        public static let suspended = Code("suspended")
        /// The component has been stopped; the call has not begun.
        public static let stopped = Code("stopped")
    }

    /// What kind of error it is.
    public let code: Code
    /// What happened.
    public let message: String
    /// The line in the source, from 1.
    public let line: Int?
    /// The column in the source, from 1.
    public let column: Int?
    /// When it is worth trying again, for ``Code/suspended``.
    public let retryAfter: Duration?

    /// Creates an error.
    public init(
        _ code: Code, _ message: String, line: Int? = nil, column: Int? = nil, retryAfter: Duration? = nil
    ) {
        self.code = code
        self.message = message
        self.line = line
        self.column = column
        self.retryAfter = retryAfter
    }

    /// Whether the call failed through no fault of its own: it has not begun, or another one ended its worker.
    public var isInnocent: Bool {
        [.workerLost, .overloaded, .suspended, .stopped].contains(code)
    }

    public var description: String {
        switch (line, column) {
        case (let line?, let column?): "\(message) (line \(line), column \(column))"
        case (let line?, nil): "\(message) (line \(line))"
        default: message
        }
    }
}
