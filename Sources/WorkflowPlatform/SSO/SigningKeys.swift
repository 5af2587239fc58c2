import JWTKit
import WorkflowCore

/// The algorithms that ID tokens may be signed with: those of a key that only the provider has.
enum SigningAlgorithm: String, Sendable {
    case rs256 = "RS256"
    case es256 = "ES256"
}

/// The keys that a provider signs with (RFC 7517), as far as they can be used.
struct SigningKeys: Sendable {
    private static let most = 50

    private struct Key: Sendable {
        let id: String?
        let algorithm: SigningAlgorithm
        /// Holds this key and no other, so that a token cannot choose.
        let collection: JWTKeyCollection
    }

    private let keys: [Key]

    /// Reads a set of keys; those that are damaged or for something else are left out.
    init(_ document: JSONValue) async {
        var keys: [Key] = []
        for key in (document["keys"]?.arrayValue ?? []).prefix(Self.most) {
            if let key = await Self.read(key) { keys.append(key) }
        }
        self.keys = keys
    }

    /// Whether there is none that can be used.
    var isEmpty: Bool { keys.isEmpty }

    /// What the key can be that a token names.
    ///
    /// - Parameter id: The name of the key; without one there must be one key only.
    func collections(_ algorithm: SigningAlgorithm, id: String?) -> [JWTKeyCollection] {
        let found = keys.filter { $0.algorithm == algorithm && (id == nil || $0.id == id) }
        return id == nil && found.count > 1 ? [] : found.map(\.collection)
    }

    private static func read(_ key: JSONValue) async -> Key? {
        let (use, id) = (key["use"], key["kid"]?.stringValue)
        guard use == nil || use == .null || use == "sig" else { return nil }
        let algorithm: SigningAlgorithm
        switch key["kty"]?.stringValue {
        case "RSA": algorithm = .rs256
        case "EC": algorithm = .es256
        default: return nil
        }
        if let named = key["alg"]?.stringValue, named != algorithm.rawValue { return nil }
        let collection = JWTKeyCollection()
        do {
            switch algorithm {
            case .rs256:
                guard let modulus = key["n"]?.stringValue, let exponent = key["e"]?.stringValue else { return nil }
                let key = try Insecure.RSA.PublicKey(modulus: modulus, exponent: exponent)
                await collection.add(rsa: key, digestAlgorithm: .sha256)
            case .es256:
                guard key["crv"] == "P-256", let x = key["x"]?.stringValue, let y = key["y"]?.stringValue else {
                    return nil
                }
                await collection.add(ecdsa: try ES256PublicKey(parameters: (x, y)))
            }
        } catch {
            return nil
        }
        return Key(id: id, algorithm: algorithm, collection: collection)
    }
}
