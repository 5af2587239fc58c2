extension ReloadPlan {
    /// The plan for programs. Keys without content are left out, except for `empty`, `summary` and `untouched`.
    ///
    /// ```json
    /// {
    ///   "empty": false,
    ///   "summary": {"add": 0, "change": 1, "remove": 0, "untouched": 2, "carriedOver": 1, "rebuilt": 1},
    ///   "parts": [
    ///     {"section": "module", "name": "server", "type": "http.server", "action": "change", "effect": "restarted",
    ///      "changes": [{"path": "config.address", "old": ":8080", "new": ":9090"}]}
    ///   ],
    ///   "untouched": {"carriedOver": ["events"], "rebuilt": ["workflows.http"]},
    ///   "reordered": true,
    ///   "routes": {
    ///     "added": [
    ///       {"origin": "workflows.http", "method": "GET", "path": "/a", "handler": "h", "middlewares": ["m"],
    ///        "summary": "GET /a -> h [m]"}
    ///     ],
    ///     "removed": [],
    ///     "changed": [{"old": {}, "new": {}}]
    ///   },
    ///   "schedules": {}, "subscriptions": {},
    ///   "stateMachines": [
    ///     {"name": "order", "action": "change", "oldInitialState": "new", "newInitialState": "new",
    ///      "states": {"added": ["refunded"], "removed": ["paid"], "changed": ["sent"],
    ///                 "changes": {"sent": [{"path": "isFinal", "new": true}]}},
    ///      "transitions": {}}
    ///   ],
    ///   "stranded": [
    ///     {"definition": "order", "state": "paid", "count": 12, "reason": "stateGone", "strandedBefore": false}
    ///   ]
    /// }
    /// ```
    /// A module whose script is another one now has `"scriptChanged"` with the path of the file, and need not have
    /// `changes`. `section` is `module`, `workflow`, `trigger` or `settings`; `action` is `add`, `change` or `remove`; `effect` is
    /// `started`, `restarted`, `stopped` or `none`. `schedules` and `subscriptions` look like `routes`.
    public var json: JSONValue {
        var object: JSONObject = ["empty": .bool(isEmpty), "summary": summary]
        func list<Element>(_ key: String, _ elements: [Element], _ json: (Element) -> JSONValue) {
            if !elements.isEmpty { object[key] = .array(elements.map(json)) }
        }
        list("parts", parts, \.json)
        object["untouched"] = [
            "carriedOver": .array(carriedOver.map(JSONValue.string)),
            "rebuilt": .array(rebuilt.map(JSONValue.string)),
        ]
        if isReordered { object["reordered"] = true }
        for (key, items) in [("routes", routes), ("schedules", schedules), ("subscriptions", subscriptions)]
        where !items.isEmpty {
            object[key] = items.json
        }
        list("stateMachines", stateMachines, \.json)
        list("stranded", stranded, \.json)
        return .object(object)
    }

    private var summary: JSONValue {
        [
            "add": .integer(Int64(count(of: .add))), "change": .integer(Int64(count(of: .change))),
            "remove": .integer(Int64(count(of: .remove))), "untouched": .integer(Int64(untouchedCount)),
            "carriedOver": .integer(Int64(carriedOver.count)), "rebuilt": .integer(Int64(rebuilt.count)),
        ]
    }
}

extension ReloadPlan.Part {
    fileprivate var json: JSONValue {
        var object: JSONObject = ["section": .string(section.rawValue), "name": .string(name)]
        if !type.isEmpty { object["type"] = .string(type) }
        object["action"] = .string(action.rawValue)
        object["effect"] = .string(effect.rawValue)
        if !changes.isEmpty { object["changes"] = .array(changes.map(\.json)) }
        if let changedScript { object["scriptChanged"] = .string(changedScript) }
        return .object(object)
    }
}

extension ReloadPlan.ItemChanges {
    fileprivate var json: JSONValue {
        [
            "added": .array(added.map(\.json)), "removed": .array(removed.map(\.json)),
            "changed": .array(changed.map { ["old": $0.old.json, "new": $0.new.json] }),
        ]
    }
}

extension ReloadPlan.Item {
    fileprivate var json: JSONValue {
        var object = details
        object["summary"] = .string(summary)
        return .object(object)
    }
}

extension ReloadPlan.StateMachineChange {
    fileprivate var json: JSONValue {
        var object: JSONObject = ["name": .string(name), "action": .string(action.rawValue)]
        if let oldInitialState { object["oldInitialState"] = .string(oldInitialState) }
        if let newInitialState { object["newInitialState"] = .string(newInitialState) }
        object["states"] = states.json
        object["transitions"] = transitions.json
        return .object(object)
    }
}

extension ReloadPlan.NameChanges {
    fileprivate var json: JSONValue {
        func list(_ names: [String]) -> JSONValue { .array(names.map(JSONValue.string)) }
        var object: JSONObject = [
            "added": list(added), "removed": list(removed), "changed": list(changed.map(\.name)),
        ]
        if !changed.isEmpty {
            object["changes"] = .object(
                JSONObject(changed.map { ($0.name, .array($0.changes.map(\.json))) }))
        }
        return .object(object)
    }
}
