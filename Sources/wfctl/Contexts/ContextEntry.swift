import WorkflowCore

/// A server or a platform that has a name, and what is kept with it.
struct ContextEntry: Sendable {
    /// What answers at the address.
    enum Kind: String, Sendable {
        /// The management API of `wfserver run`.
        case server
        /// The API of `wfserver platform`.
        case platform
    }

    /// Something on a platform.
    struct Place: Sendable, Equatable {
        let id: String
        /// The short name, for people.
        let slug: String
    }

    let url: String
    /// What it is; `nil` while nobody has logged in there.
    var kind: Kind?
    /// The token of a server, an API key, or the access token of a session.
    var token: String?
    /// What renews the session; it works once. `nil` where there is no session.
    var refreshToken: String?
    /// When the access token ends, in seconds since 1970.
    var expiresAt: Int?
    /// Whose session it is.
    var user: String?
    /// The company that commands are about when they name none.
    var company: Place?
    /// The project, likewise.
    var project: Place?
}

extension ContextEntry {
    /// Reads an entry of the file; `nil` when it has no address.
    init?(_ json: JSONValue) {
        guard let url = json["url"]?.stringValue else { return nil }
        self.init(
            url: url, kind: json["kind"]?.stringValue.flatMap(Kind.init), token: json["token"]?.stringValue,
            refreshToken: json["refreshToken"]?.stringValue, expiresAt: json["expiresAt"]?.intValue,
            user: json["user"]?.stringValue, company: json["company"].flatMap(Place.init),
            project: json["project"].flatMap(Place.init))
    }

    /// The entry for the file.
    var json: JSONObject {
        var json: JSONObject = ["url": .string(url)]
        if let kind { json["kind"] = .string(kind.rawValue) }
        if let token { json["token"] = .string(token) }
        if let refreshToken { json["refreshToken"] = .string(refreshToken) }
        if let expiresAt { json["expiresAt"] = .integer(Int64(expiresAt)) }
        if let user { json["user"] = .string(user) }
        if let company { json["company"] = company.json }
        if let project { json["project"] = project.json }
        return json
    }
}

extension ContextEntry.Place {
    fileprivate init?(_ json: JSONValue) {
        guard let id = json["id"]?.stringValue, let slug = json["slug"]?.stringValue else { return nil }
        self.init(id: id, slug: slug)
    }

    fileprivate var json: JSONValue { ["id": .string(id), "slug": .string(slug)] }
}
