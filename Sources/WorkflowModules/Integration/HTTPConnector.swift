import Foundation
import Synchronization
import WorkflowCore

/// A connector that sends HTTP requests to one place.
final class HTTPConnector: IntegrationConnector {
    private static let redirectLimit = 5

    let base: String
    let headers: [FetchHeader]
    private let place: FetchPlace
    private let limit: Int
    private let delivery: OutboundDelivery
    private let environment: EngineEnvironment
    private let requestsPerMinute: Int
    private let budgetKey: String
    private let budget = Mutex<RequestBudget?>(nil)

    init(_ name: String, _ settings: ConnectorSettings, context: ModuleContext) throws {
        let target = try FetchPlace.parse(settings.baseURL)
        let url = target.url.absoluteString
        place = target.place
        base = url.hasSuffix("/") ? String(url.dropLast()) : url
        headers = settings.requestHeaders
        limit = settings.maxResponseBytes.bytes
        environment = context.environment
        requestsPerMinute = settings.requestsPerMinute
        // The steps say how often a call is repeated.
        delivery = OutboundDelivery(
            to: target.place, policy: DeliveryPolicy(maxRetries: 0, timeout: settings.timeout),
            environment: context.environment, logger: context.logger)
        budgetKey = "request budget of \(name), \(requestsPerMinute) a minute to \(delivery.receiver)"
    }

    func call(
        for step: IntegrationWorkflowModule.StepConfiguration, names: StepNames
    ) throws -> any ConnectorCall {
        HTTPConnectorCall(connector: self, action: try HTTPAction(step.action, names: names))
    }

    func open() throws {
        try delivery.open()
        guard requestsPerMinute > 0 else { return }
        let (count, clock) = (requestsPerMinute, environment.clock)
        let shared = try environment.resources.acquire(
            budgetKey, make: { RequestBudget(perMinute: count, now: clock.now) }, close: { _ in })
        budget.withLock { $0 = shared }
    }

    func close() async {
        await delivery.close()
        let shared = budget.withLock { budget in
            defer { budget = nil }
            return budget
        }
        if shared != nil { await environment.resources.release(budgetKey) }
    }

    /// Sends a request, and follows redirects of GET and HEAD that stay at the same place.
    ///
    /// - Throws: ``WorkflowError`` when there is no answer, or one with a status of 300 and above.
    func send(_ request: FetchRequest) async throws -> FetchResponse {
        var request = request
        for _ in 0...Self.redirectLimit {
            try await budget.withLock { $0 }?.take(clock: environment.clock)
            let current = request
            let response = try await delivery.send(limit: limit) { _ in current }
            switch response.status {
            case ..<300: return response
            case 300..<400: request.url = try redirect(response, of: current)
            default:
                throw WorkflowError(.stepFailed, "\(delivery.receiver) answers with status \(response.status).")
            }
        }
        throw WorkflowError(.stepFailed, "\(delivery.receiver) redirects more than \(Self.redirectLimit) times.")
    }

    private func redirect(_ response: FetchResponse, of request: FetchRequest) throws -> String {
        let what = "\(delivery.receiver) answers with status \(response.status)"
        guard request.method == "GET" || request.method == "HEAD" else {
            throw WorkflowError(.stepFailed, "\(what); redirects are followed for GET and HEAD only.")
        }
        guard let location = response.header("location") else { throw WorkflowError(.stepFailed, "\(what).") }
        let target: (place: FetchPlace, url: URL)
        do {
            target = try FetchPlace.parse(location, relativeTo: URL(string: request.url))
        } catch {
            // The error may tell the URL.
            throw WorkflowError(.stepFailed, "\(what), and says no place to go on that could be used.")
        }
        guard target.place == place else {
            throw WorkflowError(
                .forbidden, "\(what); redirects to another place, \(target.place.description), are not followed.")
        }
        return target.url.absoluteString
    }
}

/// A request that a step sends.
struct HTTPConnectorCall: ConnectorCall {
    let connector: HTTPConnector
    let action: HTTPAction

    func prepare(
        input: JSONValue?, values: IntegrationValues, key: String
    ) throws -> @Sendable () async throws -> JSONValue {
        let request = try action.request(
            input: input, values: values, base: connector.base, headers: connector.headers, key: key)
        return { [connector] in .object(Self.result(of: try await connector.send(request))) }
    }

    /// The content of an answer with its status: the members of an object; other content under `raw`.
    private static func result(of response: FetchResponse) -> JSONObject {
        var result = JSONObject()
        var options = JSONParsingOptions.default
        options.maximumBytes = response.body.count
        options.duplicateKeys = .lastWins
        let isJSON = response.header("content-type")?.lowercased().contains("json") ?? false
        switch try? JSONValue(parsing: response.body, options: options) {
        case .object(let object)?: result = object
        case let value? where isJSON: result["raw"] = value
        default:
            if let text = String(validating: response.body, as: UTF8.self) { result["raw"] = .string(text) }
        }
        result["statusCode"] = .integer(Int64(response.status))
        return result
    }
}
