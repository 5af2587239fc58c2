extension ReloadPlan {
    /// Reads the document of a plan, as a server sends it; see ``json``.
    ///
    /// ``oldStates`` and ``newStates`` are empty then, which a document does not have.
    ///
    /// - Parameter json: The document.
    /// - Throws: ``WorkflowError`` `.invalidInput` that names what is missing.
    public init(json: JSONValue) throws {
        let document = PlanDocument(json: json, path: "")
        parts = try document.list("parts").map(Part.init(document:))
        carriedOver = try document["untouched"].names("carriedOver")
        rebuilt = try document["untouched"].names("rebuilt")
        isReordered = json["reordered"]?.boolValue ?? false
        routes = try ItemChanges(document: document["routes"])
        schedules = try ItemChanges(document: document["schedules"])
        subscriptions = try ItemChanges(document: document["subscriptions"])
        stateMachines = try document.list("stateMachines").map(StateMachineChange.init(document:))
        stranded = try document.list("stranded").map(StrandedInstances.init(document:))
        (oldStates, newStates) = ([:], [:])
    }
}

/// A place in the document of a plan.
private struct PlanDocument {
    let json: JSONValue
    let path: String

    subscript(key: String) -> PlanDocument {
        PlanDocument(json: json[key] ?? .null, path: ConfigurationNode.path(path, key))
    }

    /// The elements of a list, which may be missing.
    func list(_ key: String) -> [PlanDocument] {
        let place = self[key].path
        return (json[key]?.arrayValue ?? []).enumerated().map { PlanDocument(json: $1, path: "\(place)[\($0)]") }
    }

    /// A list of texts, which may be missing.
    func names(_ key: String) throws -> [String] { try list(key).map { try $0.text() } }

    /// The text at this place.
    func text() throws -> String {
        guard let text = json.stringValue else { throw missing("text") }
        return text
    }

    /// One of the values that an enumeration has.
    func choice<Choice: RawRepresentable<String>>(_ type: Choice.Type) throws -> Choice {
        guard let choice = Choice(rawValue: try text()) else { throw missing("value that is known") }
        return choice
    }

    func missing(_ what: String) -> WorkflowError {
        WorkflowError(.invalidInput, "the plan has no \(what) at \(path.isEmpty ? "its beginning" : path)")
    }
}

extension ReloadPlan.Part {
    fileprivate init(document: PlanDocument) throws {
        section = try document["section"].choice(Section.self)
        name = try document["name"].text()
        type = document.json["type"]?.stringValue ?? ""
        action = try document["action"].choice(ReloadPlan.Action.self)
        changes = try document.list("changes").map(ConfigurationChange.init(document:))
        changedScript = document.json["scriptChanged"]?.stringValue
    }
}

extension ConfigurationChange {
    fileprivate init(document: PlanDocument) throws {
        path = try document["path"].text()
        (old, new) = (document.json["old"], document.json["new"])
    }
}

extension ReloadPlan.ItemChanges {
    fileprivate init(document: PlanDocument) throws {
        added = try document.list("added").map(ReloadPlan.Item.init(document:))
        removed = try document.list("removed").map(ReloadPlan.Item.init(document:))
        changed = try document.list("changed").map {
            Change(old: try ReloadPlan.Item(document: $0["old"]), new: try ReloadPlan.Item(document: $0["new"]))
        }
    }
}

extension ReloadPlan.Item {
    fileprivate init(document: PlanDocument) throws {
        summary = try document["summary"].text()
        var details = document.json.objectValue ?? [:]
        details.removeValue(forKey: "summary")
        self.details = details
    }
}

extension ReloadPlan.StateMachineChange {
    fileprivate init(document: PlanDocument) throws {
        name = try document["name"].text()
        action = try document["action"].choice(ReloadPlan.Action.self)
        oldInitialState = document.json["oldInitialState"]?.stringValue
        newInitialState = document.json["newInitialState"]?.stringValue
        states = try ReloadPlan.NameChanges(document: document["states"])
        transitions = try ReloadPlan.NameChanges(document: document["transitions"])
    }
}

extension ReloadPlan.NameChanges {
    fileprivate init(document: PlanDocument) throws {
        added = try document.names("added")
        removed = try document.names("removed")
        let details = document["changes"]
        changed = try document.names("changed").map { name in
            Change(name: name, changes: try details.list(name).map(ConfigurationChange.init(document:)))
        }
    }
}

extension StrandedInstances {
    fileprivate init(document: PlanDocument) throws {
        definition = try document["definition"].text()
        state = try document["state"].text()
        guard let count = document.json["count"]?.intValue else { throw document["count"].missing("number") }
        self.count = count
        reason = try document["reason"].choice(Reason.self)
        wasStrandedBefore = document.json["strandedBefore"]?.boolValue ?? false
    }
}
