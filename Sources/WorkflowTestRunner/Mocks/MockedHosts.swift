import Synchronization
import WorkflowCore

/// Answers requests to other hosts as a test says, and refuses all others.
final class MockedHosts: OutboundHTTPAnswering {
    private let mocks: [(pattern: HostPattern, name: String, answers: [HostMock])]
    private let recorder: TestRecorder
    private let scope: @Sendable () -> TestScope
    private let used = Mutex<[String: Int]>([:])

    init(_ mocks: NamedEntries<OneOrMore<HostMock>>, recorder: TestRecorder, scope: @escaping @Sendable () -> TestScope)
    {
        self.mocks = mocks.entries.map { (HostPattern($0.name), $0.name, $0.value.values) }
        self.recorder = recorder
        self.scope = scope
    }

    func answer(_ request: OutboundHTTPRequest) async throws -> OutboundHTTPResponse {
        let record = TestRecorder.Request(
            method: request.method, url: request.url,
            headers: JSONObject(request.headers.map { ($0.name.lowercased(), JSONValue.string($0.value)) }),
            body: Self.content(request.body))
        recorder.add(record)
        guard let mock = mocks.first(where: { $0.pattern.matches(request.method, request.url) }),
            let answer = next(of: mock.name, mock.answers)
        else {
            recorder.refuse("\(request.method) \(request.url)")
            throw WorkflowError(
                .unavailable,
                "Nothing leaves a test, and no mock answers \(request.method) \(request.url); add it to mocks.hosts.")
        }
        guard answer.fail.isEmpty else { throw WorkflowError(.unavailable, "\(request.url): \(answer.fail)") }
        let scope = scope().adding(["request": record.json])
        var headers = try answer.headers.sorted { $0.key < $1.key }.map { ($0.key, try $0.value.render(in: scope)) }
        var body: [UInt8] = []
        if let text = answer.text {
            body = Array(try text.render(in: scope).utf8)
        } else if let template = answer.body {
            body = try template.render(in: scope.values, environment: scope.environment).jsonBytes()
            if !headers.contains(where: { $0.0.lowercased() == "content-type" }) {
                headers.append(("content-type", "application/json"))
            }
        }
        return OutboundHTTPResponse(
            status: answer.status, headers: headers.map { (name: $0.0, value: $0.1) }, body: body)
    }

    private func next(of name: String, _ answers: [HostMock]) -> HostMock? {
        guard !answers.isEmpty else { return nil }
        let index = used.withLock { used in
            defer { used[name, default: 0] += 1 }
            return used[name, default: 0]
        }
        return answers[min(index, answers.count - 1)]
    }

    private static func content(_ bytes: [UInt8]) -> JSONValue {
        guard !bytes.isEmpty else { return .null }
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            return .string(String(decoding: bytes, as: UTF8.self))
        }
    }
}

/// A URL with `*` for any text, and perhaps a method before it.
struct HostPattern: Sendable {
    private let method: String?
    private let parts: [Substring]

    init(_ text: String) {
        let words = text.split(separator: " ", maxSplits: 1)
        let hasMethod = words.count == 2
        method = hasMethod ? String(words[0]) : nil
        parts = (hasMethod ? words[1] : text[...]).split(separator: "*", omittingEmptySubsequences: false)
    }

    func matches(_ method: String, _ url: String) -> Bool {
        guard self.method == nil || self.method == method, let first = parts.first, let last = parts.last else {
            return false
        }
        guard parts.count > 1 else { return url == first }
        guard url.hasPrefix(first) else { return false }
        var rest = url.dropFirst(first.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.hasSuffix(last)
    }
}
