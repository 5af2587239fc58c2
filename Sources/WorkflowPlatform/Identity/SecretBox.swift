import Crypto
import WorkflowCore
import WorkflowModules

/// Encrypts what must be kept and read again, so that the database alone does not give it away where the signing secret
/// is kept elsewhere.
struct SecretBox: Sendable {
    private let key: SymmetricKey
    private let digestKey: SymmetricKey

    /// Creates a box.
    ///
    /// - Parameter secret: What the key is derived from.
    init(secret: [UInt8]) {
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: secret), info: Array("workflow platform secret box 1".utf8),
            outputByteCount: 32)
        digestKey = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: secret), info: Array("workflow platform short code digest 1".utf8),
            outputByteCount: 32)
    }

    /// What is kept of a code that is too short for a plain digest, which could be turned back by trying all codes.
    func digest(_ code: String) -> String {
        AuditHash.hexadecimal(HMAC<SHA256>.authenticationCode(for: Array(code.utf8), using: digestKey))
    }

    /// Encrypts bytes for one owner; they cannot be read as those of another.
    func seal(_ bytes: [UInt8], for owner: String) throws -> String {
        let box = try AES.GCM.seal(bytes, using: key, authenticating: Array(owner.utf8))
        guard let combined = box.combined else { throw PlatformError.defect("the box has another nonce than expected") }
        return UnpaddedBase64.url.encode(Array(combined))
    }

    /// Decrypts what ``seal(_:for:)`` has made.
    func open(_ text: String, for owner: String) throws -> [UInt8] {
        guard let combined = UnpaddedBase64.url.decode(text.utf8) else {
            throw PlatformError.defect("a sealed secret is damaged")
        }
        return Array(
            try AES.GCM.open(try AES.GCM.SealedBox(combined: combined), using: key, authenticating: Array(owner.utf8)))
    }
}
