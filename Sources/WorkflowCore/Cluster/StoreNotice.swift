/// What a process tells the others that share its store, so that they need not wait for their next look into it.
///
/// A notice may be lost; whoever waits for one looks into the store from time to time all the same.
public struct StoreNotice: Sendable, Hashable {
    /// Who tells it, so that it can pass over what it told itself; empty for nobody in particular.
    public var sender = ""
    /// Whether there is work that anybody may claim.
    public var hasFreeWork = false
    /// Instances that the sender has changed or removed.
    public var changed: [String] = []
    /// Instances whose changes the sender wants to hear of for a while.
    public var watched: [String] = []

    /// Creates a notice that says nothing.
    public init(sender: String = "") {
        self.sender = sender
    }

    /// Says that there is work that anybody may claim.
    public static let freeWork = {
        var notice = StoreNotice()
        notice.hasFreeWork = true
        return notice
    }()

    /// Reads what ``text`` has written.
    ///
    /// - Returns: `nil` for a text of somebody else.
    public init?(text: String) {
        let value: JSONValue
        do { value = try JSONValue(parsing: text) } catch { return nil }
        guard let object = value.objectValue, let sender = object["from"]?.stringValue else { return nil }
        self.sender = sender
        hasFreeWork = object["freeWork"] == true
        changed = object["changed"]?.arrayValue?.compactMap(\.stringValue) ?? []
        watched = object["watched"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    /// The notice as text.
    public var text: String {
        var object: JSONObject = ["from": .string(sender)]
        if hasFreeWork { object["freeWork"] = true }
        if !changed.isEmpty { object["changed"] = .array(changed.map(JSONValue.string)) }
        if !watched.isEmpty { object["watched"] = .array(watched.map(JSONValue.string)) }
        return JSONValue.object(object).jsonString()
    }

    /// The notice in parts whose identifiers have this many bytes together at most, or are alone.
    func split(bytes limit: Int) -> [StoreNotice] {
        var parts: [StoreNotice] = []
        var part = self
        (part.changed, part.watched) = ([], [])
        var size = 0
        func add(_ id: String, to list: WritableKeyPath<StoreNotice, [String]>) {
            // Quotes, a comma, and characters that are escaped.
            let bytes = id.utf8.count * 2 + 3
            if size + bytes > limit, size > 0 {
                parts.append(part)
                (part, size) = (StoreNotice(sender: sender), 0)
            }
            part[keyPath: list].append(id)
            size += bytes
        }
        for id in changed { add(id, to: \.changed) }
        for id in watched { add(id, to: \.watched) }
        if part.hasFreeWork || size > 0 { parts.append(part) }
        return parts
    }
}

/// What comes from the other processes.
public enum StoreNews: Sendable, Hashable {
    /// Notices arrive from now on; earlier ones may have been missed.
    case connected
    /// No notices arrive for a while.
    case disconnected
    /// What another process, or this one, told.
    case notice(StoreNotice)
}
