import Crypto
import WorkflowModules

/// Makes secrets that nobody can guess, and the hashes that are kept of them.
struct SecretTokens: Sendable {
    /// What a secret is for; its first letters say so, so that one that has leaked is recognised.
    enum Kind: String {
        case refresh = "wfr"
        case apiKey = "wfk"
        case invitation = "wfi"
        case oneTime = "wfo"
        case device = "wfd"
        case program = "wfp"
        case setup = "wfs"
        /// Opens a stream of events.
        case ticket = "wft"
    }

    /// Makes a secret of 256 random bits.
    func make(_ kind: Kind) -> String {
        "\(kind.rawValue)_\(UnpaddedBase64.url.encode(bytes(32)))"
    }

    /// Random bytes of the operating system.
    func bytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// Whether a text begins as secrets of a kind do.
    static func isKind(_ kind: Kind, _ text: String) -> Bool { text.hasPrefix("\(kind.rawValue)_") }

    /// What is kept of a secret. It has 256 bits of chance in it, so that a plain digest cannot be turned back.
    static func hash(_ secret: String) -> String {
        AuditHash.hexadecimal(SHA256.hash(data: Array(secret.utf8)))
    }
}
