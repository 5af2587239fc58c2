import WorkflowCore

/// The keys at the top of a test file.
struct TestFileContent: ConfigurationObject {
    var name = ""
    var description = ""
    var application = OneOrMore<ConfigurationFilePath>()
    var variables: [String: String] = [:]
    var clock: TestTime?
    var mocks = MockSet()
    var given: [GivenState] = []
    var tests: [TestCase] = []

    static let fields: [ConfigurationField<Self>] = [
        .init("name", \.name, "What is tested, in a few words."),
        .init("description", \.description, "The same in more words, for readers."),
        .init(
            "application", \.application,
            "The files of the application, beginning at the folder of this one; by default `workflow.yaml` beside it."),
        .init(
            "variables", \.variables,
            "The environment for `${NAME}` in the files of the application; that of the system is not read.",
            aliases: ["env"]),
        .init("clock", \.clock, "What the clock shows at first; by default 2026-01-05T09:00:00Z, a Monday."),
        .init("mocks", \.mocks, "What answers in place of components and other hosts, in all tests."),
        .init("given", \.given, "What is there before every test."),
        .init("tests", \.tests, "The tests; each runs an application of its own.", required: true),
    ]
}

/// One test.
struct TestCase: ConfigurationObject {
    var name = Located("")
    var description = ""
    var skip = ""
    var variables: [String: String] = [:]
    var clock: TestTime?
    var mocks = MockSet()
    var given: [GivenState] = []
    var steps: [Located<TestStep>] = []

    static let fields: [ConfigurationField<Self>] = [
        .init("name", \.name, "What is shown to be so, such as `an order is paid`.", required: true),
        .init("description", \.description, "The same in more words, for readers."),
        .init("skip", \.skip, "Why the test is not run, if it is not."),
        .init(
            "variables", \.variables, "Variables of the environment that are other than in the file.", aliases: ["env"]),
        .init("clock", \.clock, "What the clock shows at first."),
        .init("mocks", \.mocks, "What answers in this test; goes before what the file says."),
        .init("given", \.given, "What is there before the first step, after what the file says."),
        .init("steps", \.steps, "What happens, one after the other.", required: true),
    ]
}

/// One value, or a list of them.
struct OneOrMore<Value: ConfigurationValue>: ConfigurationValue {
    var values: [Value] = []

    static var schema: ConfigurationSchema { .any }

    init() {}

    init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        guard case .sequence = node.content else {
            guard let value = decoder.decode(Value.self, from: node) else { return nil }
            values = [value]
            return
        }
        guard let values = decoder.decode([Value].self, from: node) else { return nil }
        self.values = values
    }

    var configurationValue: JSONValue? { nil }
}

/// A point in time in RFC 3339.
struct TestTime: ConfigurationValue {
    let timestamp: Timestamp

    static var schema: ConfigurationSchema { .string }

    init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        guard let timestamp = node.text.flatMap({ Timestamp(rfc3339: $0) }) else {
            decoder.failType(node, expected: "a time such as 2026-01-05T09:00:00Z")
            return nil
        }
        self.timestamp = timestamp
    }

    var configurationValue: JSONValue? { .string(timestamp.description) }
}
