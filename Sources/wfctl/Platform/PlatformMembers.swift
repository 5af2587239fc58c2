import WorkflowCommandLine
import WorkflowCore
import WorkflowPlatform

/// The members of a company, an organization, a project or a workflow.
struct PlatformMembers {
    /// Somebody with an account.
    struct Person {
        let id: String
        /// The e-mail address, or the name of what has none.
        let name: String
        /// The state of their role; `nil` when it is not known.
        var tag: String?
    }

    let client: PlatformClient
    let scope: PlatformScope

    /// The path of the list.
    var path: String { Self.path(scope.path) }

    /// Somebody who has a role on the thing itself.
    ///
    /// - Parameter name: The e-mail address, the name or the identifier.
    /// - Throws: ``CommandFailure`` when nobody is called so.
    func member(_ name: String) async throws -> Person {
        if PlatformDirectory.isID(name) { return Person(id: name, name: name) }
        let all = try await PlatformPage.all(client, path, scope.text)
        guard let found = try Self.find(name, among: all) else {
            throw CommandFailure(
                .notFound, "\(name) has no role on \(scope.text) itself.",
                hint: Suggestion.closest(to: name, among: all.map { $0.shown("email") }).map { "did you mean \($0)?" }
                    ?? "`wfctl members list` shows who has; the role may be on what it lies in")
        }
        return found
    }

    /// Somebody who has a role on the thing, or on something that it lies in.
    ///
    /// - Parameter name: The e-mail address, the name, or the identifier of anybody in the company.
    /// - Throws: ``CommandFailure`` when nobody is called so.
    func known(_ name: String) async throws -> Person {
        if PlatformDirectory.isID(name) { return Person(id: name, name: name) }
        for path in [scope.path] + places {
            let answer = try await client.send("GET", "\(Self.path(path))?page_size=1")
            // Who has a role further down only does not see the members of what lies above.
            if answer.status == 403 { continue }
            let all = try await PlatformPage.all(client, Self.path(path), scope.text)
            if let found = try Self.find(name, among: all) { return found }
        }
        throw CommandFailure(
            .notFound, "There is nobody called \(name) in the lists that you may see.",
            hint: "invite them with `wfctl invitations create`, or give the identifier of their account")
    }

    /// Gives a member another role.
    func change(_ person: Person, _ role: Role) async throws -> JSONValue {
        let text = JSONValue.string(role.rawValue)
        let answer =
            scope.kind == "workflow"
            ? try await client.send("POST", path, ["user_id": .string(person.id), "role": text], tag: person.tag)
            : try await client.send("PUT", "\(path)/\(person.id)", ["role": text], tag: person.tag)
        return try answer.data("member \(person.name)")
    }

    /// What the thing lies in, from the narrowest.
    private var places: [String] {
        ["project", "organization", "company"].compactMap { kind in
            let id = scope.item.json.shown("\(kind)_id")
            return id.isEmpty ? nil : "/\(PlatformDirectory.plural(kind))/\(id)"
        }
    }

    private static func path(_ scope: String) -> String {
        scope.hasPrefix("/workflows/") ? "\(scope)/permissions" : "\(scope)/members"
    }

    private static func find(_ name: String, among members: [JSONValue]) throws -> Person? {
        let found = members.filter { member in
            ["user_id", "email", "display_name"].contains { member.shown($0).lowercased() == name.lowercased() }
        }
        guard found.count < 2 else {
            throw CommandFailure(
                .usage, "There are \(found.count) that are called \(name).",
                hint: "give the e-mail address, or the identifier: "
                    + found.prefix(5).map { $0.shown("user_id") }.joined(separator: ", "))
        }
        return found.first.map { member in
            Person(
                id: member.shown("user_id"),
                name: member.shown(member.shown("email").isEmpty ? "display_name" : "email"),
                tag: PlatformItem(json: member).tag)
        }
    }
}
