import Tracing
import WorkflowCommandLine

/// Something that has happened in the application.
struct DevelopmentEvent: Sendable {
    /// What kind of thing it is.
    enum Kind: Sendable {
        case request(method: String, path: String, status: Int?)
        case transition(name: String, workflow: String, instance: String, from: String, to: String)
        case scheduledRun(job: String)
        case script(component: String)
        case message(topic: String, subscription: String)
        case call(method: String, place: String, status: Int?)
    }

    /// What kind of thing it is.
    let kind: Kind
    /// How long it took.
    let duration: Duration
    /// Why it failed.
    let error: String?

    /// Reads the span of an operation; `nil` for what nobody wants to see.
    init?(_ name: String, _ kind: SpanKind, _ attributes: SpanAttributes, duration: Duration, error: String?) {
        func text(_ key: String) -> String {
            guard case .string(let value)? = attributes[key]?.toSpanAttribute() else { return "" }
            return PlainText.line(value)
        }
        func number(_ key: String) -> Int? {
            switch attributes[key]?.toSpanAttribute() {
            case .int32(let value)?: Int(value)
            case .int64(let value)?: Int(value)
            default: nil
            }
        }
        let method =
            text("http.request.method_original").isEmpty
            ? text("http.request.method") : text("http.request.method_original")
        switch kind {
        case .server:
            self.kind = .request(
                method: method, path: text("url.path"), status: number("http.response.status_code"))
        case .client where !method.isEmpty:
            let place = text("server.address") + (number("server.port").map { ":\($0)" } ?? "")
            self.kind = .call(method: method, place: place, status: number("http.response.status_code"))
        case .consumer:
            self.kind = .message(
                topic: text("messaging.destination.name"), subscription: text("messaging.consumer.group.name"))
        case .internal where name.hasPrefix("transition "):
            self.kind = .transition(
                name: text("workflow.transition"), workflow: text("workflow.type"),
                instance: text("workflow.instance.id"), from: text("workflow.state.from"),
                to: text("workflow.state.to"))
        case .internal where name.hasPrefix("schedule "):
            self.kind = .scheduledRun(job: text("workflow.job"))
        case .internal where name.hasPrefix("script "):
            self.kind = .script(component: PlainText.line(String(name.dropFirst("script ".count))))
        default:
            return nil
        }
        self.duration = duration
        self.error = error.map(PlainText.line)
    }

    /// Whether it is shown only to those who want to see everything.
    var isDetail: Bool {
        switch kind {
        case .request, .transition, .scheduledRun: false
        // What fails among these is logged as well.
        case .script, .message, .call: true
        }
    }

    /// The event in one line, without its time.
    func line(style: TextStyle) -> String {
        let took = style.dim(Self.padded(Self.text(duration), 8))
        let failure = error.map { style.red(": \($0)") } ?? ""
        switch kind {
        case .request(let method, let path, let status):
            return "\(Self.padded(method, 7)) \(Self.text(status, style)) \(took) \(path)"
        case .call(let method, let place, let status):
            return "\(Self.padded(method, 7)) \(Self.text(status, style)) \(took) to \(place)\(failure)"
        case .transition(let name, let workflow, let instance, let from, let to):
            let title = "\(workflow) \(instance)  \(from.isEmpty ? "" : "\(from) ")-> \(style.bold(to))"
            return title + style.dim("  \(name)") + failure
        case .scheduledRun(let job):
            return "\(Self.padded("job", 7)) \(Self.result(error, style)) \(took) \(job)\(failure)"
        case .script(let component):
            return "\(Self.padded("script", 7)) \(Self.result(error, style)) \(took) \(component)\(failure)"
        case .message(let topic, let subscription):
            return
                "\(Self.padded("message", 7)) \(Self.result(error, style)) \(took) \(topic) to \(subscription)\(failure)"
        }
    }

    private static func result(_ error: String?, _ style: TextStyle) -> String {
        error == nil ? style.green("ok ") : style.red("err")
    }

    private static func text(_ status: Int?, _ style: TextStyle) -> String {
        guard let status else { return style.dim("---") }
        return switch status {
        case ..<400: style.green("\(status)")
        case ..<500: style.yellow("\(status)")
        default: style.red("\(status)")
        }
    }

    /// A duration in milliseconds, or seconds when it is long.
    private static func text(_ duration: Duration) -> String {
        let milliseconds = Double(duration.components.seconds) * 1000 + Double(duration.components.attoseconds) / 1e15
        let tenths = (milliseconds * 10).rounded() / 10
        return milliseconds < 10_000 ? "\(tenths) ms" : "\(Int(milliseconds / 1000)) s"
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
