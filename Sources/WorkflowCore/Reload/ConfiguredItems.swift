/// Finds the routes, schedules and subscriptions of a configuration.
struct ConfiguredItems {
    static let routes = ConfiguredItems(sections: ["workflows.http", "triggers.http"], types: [], find: routes)
    static let schedules = ConfiguredItems(
        sections: ["workflows.scheduler", "triggers.schedule"], types: ["scheduler.cron", "scheduler.modular"],
        find: schedules)
    static let subscriptions = ConfiguredItems(
        sections: ["workflows.messaging", "workflows.event", "triggers.event", "triggers.eventbus"],
        types: ["messaging.handler"], find: subscriptions)

    /// The sections that they stand in.
    private let sections: Set<String>
    /// The types of the modules that they stand in.
    private let types: Set<String>
    /// Finds them.
    let find: @Sendable (ConfigurationParts) -> [ConfiguredItem]

    /// Whether a part that has changed may have some.
    func isFound(in part: ReloadPlan.Part) -> Bool {
        sections.contains(part.identifier) || types.contains(part.type) || part.changes.first?.path == "type"
    }

    // MARK: - Routes

    /// The routes, one for each method.
    @Sendable private static func routes(_ parts: ConfigurationParts) -> [ConfiguredItem] {
        let plain = view(parts, .workflow, "http")
        let triggers = view(parts, .trigger, "http")
        return plain["routes"].elements.flatMap { route($0, of: plain, "workflows.http", ["handler"]) }
            + triggers["routes"].elements.flatMap {
                route($0, of: triggers, "triggers.http", ["workflow", "action", "params"])
            }
    }

    private static func route(
        _ route: ConfigurationView, of section: ConfigurationView, _ origin: String, _ keys: [String]
    ) -> [ConfiguredItem] {
        let middlewares = route["middlewares"]
        let router = section["router"]
        let values = keys.map { route[$0] } + [middlewares]
        return methods(route["method"]).map { method in
            ConfiguredItem(
                key: [origin, section["server"].text, router.text, method, route["path"].text], values: values,
                summary: summary(of: route, method, target: keys.prefix(2)),
                details: [
                    ("origin", .string(origin)), ("method", .string(method)), ("path", route["path"].shown),
                ] + keys.map { ($0, route[$0].shown) } + [
                    ("middlewares", middlewares.shown), ("router", router.shown), ("server", section["server"].shown),
                ])
        }
    }

    private static func summary(
        of route: ConfigurationView, _ method: String, target keys: ArraySlice<String>
    ) -> String {
        let target = keys.map { route[$0].shownText }.joined(separator: ":")
        let chain = route["middlewares"].elements.map(\.shownText).joined(separator: ", ")
        return "\(method) \(route["path"].shownText) -> \(target)" + (chain.isEmpty ? "" : " [\(chain)]")
    }

    /// The methods as a route has them: a text, a list, or none for the default of a trigger.
    private static func methods(_ view: ConfigurationView) -> [String] {
        let texts = view.elements.isEmpty ? [view.text] : view.elements.map(\.text)
        let names = texts.flatMap { $0.split(separator: ",") }.map { $0.filter { $0 != " " }.uppercased() }
        if names.isEmpty { return ["POST"] }
        return names.contains("*") || names.contains("ANY") ? ["*"] : names
    }

    // MARK: - Schedules

    /// What runs at which times.
    @Sendable private static func schedules(_ parts: ConfigurationParts) -> [ConfiguredItem] {
        var schedulers: [String: ConfigurationView] = [:]
        var items: [ConfiguredItem] = []
        for part in parts.modules where part.type == "scheduler.cron" || part.type == "scheduler.modular" {
            let scheduler = ConfigurationView(part.node, part.schema)
            schedulers[part.name] = scheduler
            guard part.type == "scheduler.modular" else { continue }
            items += scheduler["jobs"].elements.map { job in
                schedule(
                    "modules.\(part.name)", job["name"], job, times: ("schedule", job),
                    keys: ["command", "params", "enabled", "overlap", "missed"], target: job["command"].shownText)
            }
        }
        items += view(parts, .workflow, "scheduler")["jobs"].elements.map { job in
            schedule(
                "workflows.scheduler", job["scheduler"], job,
                times: ("cronExpression", schedulers[job["scheduler"].text] ?? ConfigurationView(nil, nil)),
                keys: ["job", "config"], target: job["job"].shownText, further: [job["job"].text])
        }
        items += view(parts, .trigger, "schedule")["jobs"].elements.map { job in
            let target = "\(job["workflow"].shownText):\(job["action"].shownText)"
            let name = job["name"].text.isEmpty ? [job["workflow"].text, job["action"].text] : []
            return schedule(
                "triggers.schedule", job["name"], job, times: ("cron", job),
                keys: ["workflow", "action", "params", "overlap", "missed"], target: target, further: name)
        }
        return items
    }

    private static func schedule(
        _ origin: String, _ name: ConfigurationView, _ job: ConfigurationView,
        times: (key: String, view: ConfigurationView), keys: [String], target: String, further: [String] = []
    ) -> ConfiguredItem {
        let (when, zone) = (times.view[times.key], times.view["timezone"])
        let time = when.shownText.isEmpty ? "on demand" : when.shownText
        let place = zone.shownText.isEmpty ? "" : " \(zone.shownText)"
        let title = name.shownText.isEmpty ? "" : "\(name.shownText): "
        return ConfiguredItem(
            key: [origin, name.text] + further, values: [when, zone] + keys.map { job[$0] },
            summary: "\(title)\(time)\(place) -> \(target)",
            details: [
                ("origin", .string(origin)), ("name", name.shown), ("schedule", when.shown), ("timezone", zone.shown),
            ] + keys.map { ($0, job[$0].shown) })
    }

    // MARK: - Subscriptions

    /// Who gets the messages of which topics.
    @Sendable private static func subscriptions(_ parts: ConfigurationParts) -> [ConfiguredItem] {
        var items: [ConfiguredItem] = []
        func add(_ origin: String, _ section: ConfigurationView, keys: [String], target: [String]) {
            items += section["subscriptions"].elements.map { entry in
                subscription(
                    origin, broker: section["broker"], topic: entry["topic"], entry, keys: keys,
                    key: (target + ["event"]).map { entry[$0].text },
                    target: target.map { entry[$0].shownText }.joined(separator: ":"))
            }
        }
        add("workflows.messaging", view(parts, .workflow, "messaging"), keys: ["handler"], target: ["handler"])
        let keys = ["event", "workflow", "action", "params"]
        add("triggers.event", view(parts, .trigger, "event"), keys: keys, target: ["workflow", "action"])
        let bus = view(parts, .trigger, "eventbus")
        add("triggers.eventbus", bus, keys: keys + ["async"], target: ["workflow", "action"])
        for adapter in view(parts, .workflow, "event")["adapters"].elements {
            items += adapter["topics"].elements.map { topic in
                subscription(
                    "workflows.event", broker: adapter["broker"], topic: topic, adapter,
                    keys: ["eventType", "sourceIdKey", "correlIdKey"], key: [adapter["eventType"].text],
                    target: "events")
            }
        }
        for part in parts.modules where part.type == "messaging.handler" {
            let handler = ConfigurationView(part.node, part.schema)
            guard !handler["topic"].text.isEmpty else { continue }
            items.append(
                subscription(
                    "modules.\(part.name)", broker: handler["broker"], topic: handler["topic"], handler, keys: [],
                    key: [], target: part.name))
        }
        return items
    }

    private static func subscription(
        _ origin: String, broker: ConfigurationView, topic: ConfigurationView, _ entry: ConfigurationView,
        keys: [String], key: [String], target: String
    ) -> ConfiguredItem {
        let place = broker.shownText.isEmpty ? "" : " of \(broker.shownText)"
        return ConfiguredItem(
            key: [origin, broker.text, topic.text] + key, values: keys.map { entry[$0] },
            summary: "\(topic.shownText)\(place) -> \(target)",
            details: [("origin", .string(origin)), ("broker", broker.shown), ("topic", topic.shown)]
                + keys.map { ($0, entry[$0].shown) })
    }

    private static func view(
        _ parts: ConfigurationParts, _ section: ReloadPlan.Part.Section, _ name: String
    ) -> ConfigurationView {
        let part = parts.section(section, name)
        return ConfigurationView(part?.node, part?.schema)
    }
}
