import Crypto

/// The SHA-256 digest of a token: what is remembered instead of the token itself.
struct TokenDigest: Hashable, Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    init(_ text: String) {
        var text = text
        self = text.withUTF8 { TokenDigest($0) }
    }

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        words = SHA256.hash(data: bytes).withUnsafeBytes { digest in
            (
                digest.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
                digest.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
                digest.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
                digest.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
            )
        }
    }

    /// The digest as a key of the store.
    var key: String {
        var bytes: [UInt8] = []
        withUnsafeBytes(of: words) { bytes.append(contentsOf: $0) }
        return UnpaddedBase64.url.encode(bytes)
    }

    static func == (left: TokenDigest, right: TokenDigest) -> Bool {
        left.words == right.words
    }

    func hash(into hasher: inout Hasher) {
        // The digest is spread evenly already.
        hasher.combine(words.0)
    }
}
