import HTTPTypes
import WorkflowCore

extension APIRoute {
    /// The names of the parameters of the path, in order.
    var pathParameters: [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }

    /// Whether a request may name a key under which it is carried out once.
    var isIdempotent: Bool {
        if case .open = access { false } else { method == .post }
    }

    /// Every status of an error that it answers, and why.
    var allProblems: [Int: String] {
        var all: [Int: String] = [
            429: "There are too many requests; `Retry-After` says how long to wait.",
            503: "The platform cannot answer now.",
        ]
        if body != nil {
            all[413] = "The body is too large."
            all[415] = "The body is not JSON."
        }
        all[400] = "The request is not as it must be; `errors` says where."
        switch access {
        case .open: break
        case .signedIn(let byPerson):
            all[401] = "Nobody is signed in."
            if byPerson { all[403] = "An API key does not do." }
        case .role:
            all[401] = "Nobody is signed in."
            all[403] = "The role or the scopes do not suffice."
            all[404] = "There is no such thing, or it belongs to others."
        }
        if !pathParameters.isEmpty { all[404] = "There is no such thing, or it belongs to others." }
        if isIdempotent {
            all[409] = "A request with this key has been carried out, or is being."
            all[422] = "The key was used for another request."
        }
        if isVersioned, method != .get { all[412] = "It has been changed by somebody else." }
        return all.merging(problems) { general, own in
            general.contains("with this key") || general.hasPrefix("The key") ? "\(own) Or: \(general)" : own
        }
    }
}
