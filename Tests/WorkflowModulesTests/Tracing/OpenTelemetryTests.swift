import HTTPTypes
import Testing
import Tracing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct OpenTelemetryTests {
    private static let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test func spansComeWithTheirIdentifiersAndTheirResource() async throws {
        let keys = """
            scheduleDelay: 10ms, serviceName: shop, serviceVersion: '1.2', headers: {Authorization: Bearer t},
                    attributes: {deployment.environment.name: test, service.name: other}
            """
        try await TracedApplication.run(keys) { app in
            try await app.traces.span("outer") { _ in
                try await app.traces.span("inner", kind: .client) { _ in }
            }
            let outer = try await app.server.span("outer")
            let inner = try await app.server.span("inner")
            #expect(outer.traceID.utf8.count == 32)
            #expect(outer.spanID.utf8.count == 16)
            #expect(outer.parentID == "")
            #expect(outer.kind == 1)
            #expect(inner.traceID == outer.traceID)
            #expect(inner.parentID == outer.spanID)
            #expect(inner.kind == 3)
            #expect(outer.json["flags"] == 0x101)
            let times = ["startTimeUnixNano", "endTimeUnixNano"].map { name in
                [outer, inner].map { $0.json[name]?.stringValue.flatMap { UInt64($0) } ?? 0 }
            }
            #expect(times[0][0] > 1_600_000_000_000_000_000)
            #expect(times[0][0] <= times[0][1] && times[0][1] <= times[1][1] && times[1][1] <= times[1][0])
            let request = try #require(app.server.exports.first)
            #expect(request.method == "POST")
            #expect(request["content-type"] == "application/json")
            #expect(request["authorization"] == "Bearer t")
            let document = try JSONValue(parsing: request.body)
            let resource = CollectedSpan.attributes(document.value(at: "resourceSpans[0].resource.attributes"))
            #expect(resource["service.name"] == "shop")
            #expect(resource["service.version"] == "1.2")
            #expect(resource["deployment.environment.name"] == "test")
            #expect(resource["process.pid"]?.stringValue.flatMap { Int($0) } ?? 0 > 0)
            #expect(resource["host.name"]?.stringValue?.isEmpty == false)
            #expect(document.value(at: "resourceSpans[0].scopeSpans[0].scope.name") == "workflow")
        }
    }

    @Test func attributesEventsAndErrorsKeepTheirTypes() async throws {
        try await TracedApplication.run { app in
            let error = await #expect(throws: WorkflowError.self) {
                try await app.traces.span("failing") { span in
                    let span = try #require(span)
                    span.attributes = [
                        "text": .string(String(repeating: "x", count: 5000)), "whole": 7, "number": 0.5,
                        "truth": true, "list": .stringArray(["a", "b"]), "endless": .double(.infinity),
                    ]
                    for number in 0..<200 { span.addEvent(SpanEvent(name: "event \(number)")) }
                    throw WorkflowError(.notFound, "not there")
                }
            }
            #expect(error?.code == .notFound)
            let span = try await app.server.span("failing")
            #expect(span.attributes["text"]?.stringValue?.utf8.count == 4096)
            #expect(span.attributes["whole"] == "7")
            #expect(span.attributes["number"] == 0.5)
            #expect(span.attributes["truth"] == true)
            #expect(span.attributes["list"] == ["values": [["stringValue": "a"], ["stringValue": "b"]]])
            #expect(span.attributes["endless"] == "Infinity")
            #expect(span.attributes["error.type"] == "not_found")
            #expect(span.json["status"] == ["code": 2, "message": "not there"])
            #expect(span.json["events"]?.arrayValue?.count == 128)
            // Those beyond the limit, and the exception.
            #expect(span.json["droppedEventsCount"] == 73)
        }
    }

    @Test func anotherTracerHearsOfTheSameSpans() async throws {
        let heard = HeardSpans()
        let environment = EngineEnvironment(logger: .quiet, tracer: heard)
        try await TracedApplication.run(environment: environment) { app in
            try await app.traces.span("outer", attributes: ["number": 7]) { span in
                span?.updateAttributes { $0["text"] = "x" }
            }
            let span = try await app.server.span("outer")
            #expect(span.attributes == ["number": "7", "text": "x"])
            #expect(heard.attributes["outer"]?["number"]?.toSpanAttribute() == .int64(7))
            #expect(heard.attributes["outer"]?["text"]?.toSpanAttribute() == .string("x"))
        }
        let unsampled = HeardSpans()
        try await TracedApplication.run(
            "scheduleDelay: 10ms, sampler: traceidratio, sampleRatio: 0",
            environment: EngineEnvironment(logger: .quiet, tracer: unsampled)
        ) { app in
            try await app.traces.span("outer", attributes: ["number": 7]) { span in
                span?.updateAttributes { $0["text"] = "x" }
            }
            #expect(unsampled.attributes["outer"]?["number"]?.toSpanAttribute() == .int64(7))
            #expect(unsampled.attributes["outer"]?["text"]?.toSpanAttribute() == .string("x"))
        }
    }

    @Test func attributesBeyondTheLimitAreLeftOutAndCounted() async throws {
        try await TracedApplication.run { app in
            try await app.traces.span("wide", attributes: ["first": 1]) { span in
                span?.updateAttributes { attributes in
                    for number in 0..<200 { attributes["a\(number)"] = number }
                }
            }
            let span = try await app.server.span("wide")
            #expect(span.attributes.count == 128)
            #expect(span.attributes["first"] == "1")
            #expect(span.json["droppedAttributesCount"] == 73)
        }
    }

    @Test func aRequestContinuesTheTraceOfItsCaller() async throws {
        struct Handler: HTTPHandler {
            func handle(_ request: ServerRequest) async throws -> ServerResponse {
                var request = request
                request.routePattern = "/orders/{id}"
                if request.path == "/orders/8" { throw HTTPError(.notFound, "none") }
                if request.path == "/orders/9" { throw WorkflowError(.internal, "broken") }
                return .json(["ok": true], status: .created)
            }
        }
        try await TracedApplication.run { app in
            let handler = app.traces.tracing(Handler())
            func get(_ path: String, _ headers: HTTPFields = [:]) async throws -> ServerResponse {
                try await handler.handle(
                    ServerRequest(
                        method: .get, path: path, query: "token=secret", headers: headers, authority: "shop.test:8443",
                        isSecure: true, remoteAddress: "10.0.0.1", receivedAt: .systemNow(), body: .empty,
                        record: RequestRecord()))
            }
            let names = try (
                #require(HTTPField.Name("traceparent")), #require(HTTPField.Name("tracestate"))
            )
            #expect(try await get("/orders/7", [names.0: Self.parent, names.1: "a=1"]).status == .created)
            let first = try await app.server.span("GET /orders/{id}")
            #expect(first.traceID == "0af7651916cd43dd8448eb211c80319c")
            #expect(first.parentID == "b7ad6b7169203331")
            #expect(first.json["traceState"] == "a=1")
            #expect(first.json["flags"] == 0x301)
            #expect(first.kind == 2)
            let expected: JSONObject = [
                "http.request.method": "GET", "url.path": "/orders/7", "url.scheme": "https",
                "http.route": "/orders/{id}", "http.response.status_code": "201", "server.address": "shop.test",
                "server.port": "8443",
                "client.address": "10.0.0.1",
            ]
            for (name, value) in expected { #expect(first.attributes[name] == value, "\(name)") }
            #expect(!first.json.jsonString().contains("secret"))
            #expect(first.json["status"] == nil)
            // What the caller sends may be malformed: a trace of its own begins.
            #expect(try await get("/orders/8", [names.0: "00-zz"]).status == .notFound)
            await #expect(throws: WorkflowError.self) { try await get("/orders/9") }
            try await waitUntil("all spans are sent") { app.server.spans.count == 3 }
            let spans = app.server.spans
            #expect(Set(spans.map(\.traceID)).count == 3)
            #expect(spans[1].parentID == "")
            #expect(spans[1].attributes["http.response.status_code"] == "404")
            #expect(spans[1].json["status"] == nil)
            #expect(spans[2].attributes["http.response.status_code"] == "500")
            #expect(spans[2].json["status"]?["code"] == 2)
        }
    }

    @Test func whatTheCallerDoesNotRecordIsNotRecordedAndGoesOnSo() async throws {
        try await TracedApplication.run { app in
            let unsampled = Self.parent.dropLast() + "0 a=1"
            try await app.traces.span("outer", from: String(unsampled)) { span in
                #expect(span == nil)
                try await app.traces.span("inner") { inner in
                    #expect(inner == nil)
                    let current = app.traces.current
                    #expect(current.hasPrefix("00-0af7651916cd43dd8448eb211c80319c-"))
                    #expect(current.hasSuffix("-00 a=1"))
                }
            }
            try await app.makeSpans(1)
            _ = try await app.server.span("span 0")
            #expect(app.server.spans.count == 1)
        }
    }

    @Test func withoutATracerNothingIsTraced() async throws {
        let traces = Traces()
        try await traces.span("nothing") { span in
            #expect(span == nil)
            #expect(traces.current == "")
        }
        let handler = EchoHandler()
        #expect(traces.tracing(handler) is EchoHandler)
        let fields = try await traces.call("GET", host: "h", port: 80) { fields in (fields.count, 200) }
        #expect(fields == 0)
    }

    private struct EchoHandler: HTTPHandler {
        func handle(_ request: ServerRequest) async throws -> ServerResponse { ServerResponse() }
    }

    @Test(arguments: [
        ("sampleRatio: 1.5", "app.yaml:1:75: error: modules[0].config.sampleRatio: must be from 0 to 1"),
        ("sampler: sometimes", "must be one of always_on, always_off, traceidratio"),
        ("maxQueueSize: 5", "maxExportBatchSize must be at most maxQueueSize, which is 5"),
        ("maxQueueSize: 0", "must be at least 1, is 0"), ("endpoint: collector", "must be absolute"),
        ("endpoint: 'http://h:4318?x=1'", "must have neither a query nor a fragment"),
        ("headers: {Host: a}", "the header \"Host\" is set by the engine"),
        ("headers: {'a b': c}", "\"a b\" is no name of a header field"),
        ("headers: 'a=1,b'", "a mapping, or a text such as name=value,other=value"),
        ("headers: 'a=%2'", "a mapping, or a text such as name=value,other=value"),
        ("timeout: 0", "must be more than 0"), ("serviceName: ''", "must not be empty"),
    ])
    func mistakesAreTold(keys: String, problem: String) async throws {
        let issues = try await TestApplication.issues(
            "modules: [{name: tracing, type: observability.otel, config: {\(keys)}}]")
        #expect(issues.count == 1, "\(issues)")
        #expect(issues.first?.contains(problem) == true, "\(issues)")
    }

    @Test func thereIsOneTracer() async throws {
        let issues = try await TestApplication.issues(
            """
            modules:
              - {name: a, type: observability.otel}
              - {name: b, type: observability.otel}
            """)
        #expect(issues.count == 1)
        #expect(issues.first?.contains("the module \"a\" is of the type observability.otel already") == true)
    }

    @Test func theStandardVariablesAreReadInTheirForm() async throws {
        let keys = """
            scheduleDelay: 10ms, headers: 'api-key=a%2Cb, x-other = c=d', attributes: 'team=core,note=a%20b,',
                    sampleRatio: 1
            """
        try await TracedApplication.run(keys) { app in
            try await app.makeSpans(1)
            _ = try await app.server.span("span 0")
            let request = try #require(app.server.exports.first)
            #expect(request["api-key"] == "a,b")
            #expect(request["x-other"] == "c=d")
            let document = try JSONValue(parsing: request.body)
            let resource = CollectedSpan.attributes(document.value(at: "resourceSpans[0].resource.attributes"))
            #expect(resource["team"] == "core")
            #expect(resource["note"] == "a b")
            #expect(resource["service.name"] == "workflow")
        }
    }
}
