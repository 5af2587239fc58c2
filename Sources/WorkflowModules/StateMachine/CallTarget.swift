import WorkflowCore

/// What the data of a call says about the instance that is meant, and what is for the instance to keep.
struct CallTarget {
    /// The identifiers that the data gives, the best first.
    let identifiers: [String]
    /// What a new instance begins with.
    let creationData: JSONObject

    /// Reads the data of a call.
    ///
    /// What only carries the call is left out: `instanceId`, and the envelope of an event.
    init(_ data: JSONObject) {
        var identifiers: [String] = []
        for key in ["instanceId", "id"] {
            if let id = Self.text(data[key]), !identifiers.contains(id) { identifiers.append(id) }
        }
        self.identifiers = identifiers
        var kept = data
        kept.removeValue(forKey: "instanceId")
        if kept.removeValue(forKey: "originalMessage") != nil, let type = kept["type"], type == kept["eventType"] {
            kept.removeValue(forKey: "type")
            kept.removeValue(forKey: "eventType")
        }
        creationData = kept
    }

    /// What a transition of an existing instance brings: its identifier and definition stay what they are.
    var transitionData: JSONObject {
        var data = creationData
        for key in ["id", "workflowType"] { data.removeValue(forKey: key) }
        return data
    }

    private static func text(_ value: JSONValue?) -> String? {
        switch value {
        case .string(let text) where !text.isEmpty: text
        case .integer(let number): String(number)
        default: nil
        }
    }
}
