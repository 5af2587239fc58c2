import Tracing
import WorkflowCore

/// Writes spans as the JSON form of an `ExportTraceServiceRequest` (opentelemetry-proto 1.x): identifiers are
/// hexadecimal, 64-bit integers are texts, and enumerations are numbers.
struct OTLPDocument: Sendable {
    /// What the spans come from.
    let resource: [(name: String, value: JSONValue)]
    let limits: SpanLimits

    /// The document with all spans, as bytes.
    func bytes(_ spans: [SpanRecord]) -> [UInt8] {
        let attributes = resource.map { name, value in Self.pair(name, Self.wrap(value)) }
        let scope: JSONValue = ["scope": ["name": "workflow"], "spans": .array(spans.map(span))]
        let document: JSONValue = [
            "resourceSpans": [["resource": ["attributes": .array(attributes)], "scopeSpans": [scope]]]
        ]
        return document.jsonBytes()
    }

    private func span(_ span: SpanRecord) -> JSONValue {
        var object: JSONObject = [
            "traceId": .string("\(span.context.traceID)"),
            "spanId": .string(TraceContext.text(of: span.context.spanID)),
        ]
        if !span.context.state.isEmpty { object["traceState"] = .string(span.context.state) }
        if let parent = span.parent { object["parentSpanId"] = .string(TraceContext.text(of: parent.spanID)) }
        object["flags"] = Self.flags(span.context.flags, isRemote: span.parent?.isRemote ?? false)
        object["name"] = .string(text(span.name))
        object["kind"] = Self.number(of: span.kind)
        object["startTimeUnixNano"] = .string(String(span.start))
        object["endTimeUnixNano"] = .string(String(span.end ?? span.start))
        let (attributes, dropped) = self.attributes(span.attributes)
        object["attributes"] = attributes
        object["droppedAttributesCount"] = .integer(Int64(span.droppedAttributes + dropped))
        object["events"] = .array(span.events.map(event))
        object["droppedEventsCount"] = .integer(Int64(span.droppedEvents))
        object["links"] = .array(span.links.map(link))
        object["droppedLinksCount"] = .integer(Int64(span.droppedLinks))
        if let status = span.status {
            var value: JSONObject = ["code": status.code == .ok ? 1 : 2]
            // The message belongs to errors only.
            if status.code == .error, let message = status.message { value["message"] = .string(text(message)) }
            object["status"] = .object(value)
        }
        return .object(object)
    }

    private func event(_ event: SpanRecord.Event) -> JSONValue {
        let (attributes, dropped) = self.attributes(event.attributes)
        return [
            "timeUnixNano": .string(String(event.time)), "name": .string(text(event.name)), "attributes": attributes,
            "droppedAttributesCount": .integer(Int64(dropped)),
        ]
    }

    private func link(_ link: SpanRecord.Link) -> JSONValue {
        let (attributes, dropped) = self.attributes(link.attributes)
        var object: JSONObject = [
            "traceId": .string("\(link.context.traceID)"),
            "spanId": .string(TraceContext.text(of: link.context.spanID)), "attributes": attributes,
            "droppedAttributesCount": .integer(Int64(dropped)),
            "flags": Self.flags(link.context.flags, isRemote: link.context.isRemote),
        ]
        if !link.context.state.isEmpty { object["traceState"] = .string(link.context.state) }
        return .object(object)
    }

    private func attributes(_ attributes: SpanAttributes) -> (list: JSONValue, dropped: Int) {
        var pairs: [JSONValue] = []
        attributes.forEach { name, value in
            if pairs.count < limits.attributes { pairs.append(Self.pair(name, self.value(value))) }
        }
        return (.array(pairs), attributes.count - pairs.count)
    }

    private func value(_ attribute: SpanAttribute) -> JSONValue {
        switch attribute {
        case .int32(let value): Self.wrap(.integer(Int64(value)))
        case .int64(let value): Self.wrap(.integer(value))
        case .double(let value): Self.wrap(.double(value))
        case .bool(let value): Self.wrap(.bool(value))
        case .string(let value): Self.wrap(.string(text(value)))
        case .stringConvertible(let value): Self.wrap(.string(text("\(value)")))
        case .int32Array(let values): Self.list(values.map { .integer(Int64($0)) })
        case .int64Array(let values): Self.list(values.map { .integer($0) })
        case .doubleArray(let values): Self.list(values.map { .double($0) })
        case .boolArray(let values): Self.list(values.map { .bool($0) })
        case .stringArray(let values): Self.list(values.map { .string(text($0)) })
        case .stringConvertibleArray(let values): Self.list(values.map { .string(text("\($0)")) })
        default: Self.wrap(.string(""))
        }
    }

    private func text(_ text: String) -> String {
        text.utf8.count <= limits.textLength ? text : String(text.prefix(limits.textLength))
    }

    private static func pair(_ name: String, _ value: JSONValue) -> JSONValue {
        ["key": .string(name), "value": value]
    }

    private static func list(_ values: [JSONValue]) -> JSONValue {
        ["arrayValue": ["values": .array(values.map(wrap))]]
    }

    private static func wrap(_ value: JSONValue) -> JSONValue {
        switch value {
        case .integer(let number): ["intValue": .string(String(number))]
        // JSON has no words for what is not finite; the JSON form of Protocol Buffers takes these.
        case .double(let number) where !number.isFinite:
            ["doubleValue": .string(number.isNaN ? "NaN" : number > 0 ? "Infinity" : "-Infinity")]
        case .double: ["doubleValue": value]
        case .bool: ["boolValue": value]
        default: ["stringValue": value]
        }
    }

    /// The flags of the trace, and above them whether it is known, and true, that the parent or link is remote.
    private static func flags(_ flags: UInt8, isRemote: Bool) -> JSONValue {
        .integer(Int64(flags) | 0x100 | (isRemote ? 0x200 : 0))
    }

    private static func number(of kind: SpanKind) -> JSONValue {
        switch kind {
        case .internal: 1
        case .server: 2
        case .client: 3
        case .producer: 4
        case .consumer: 5
        }
    }
}
