import Crypto
import CryptoExtras

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A scrypt hash of a password (RFC 7914) with its parameters, in PHC string format:
/// `$scrypt$ln=15,r=8,p=1$salt$hash`.
package struct PasswordHash: Sendable, CustomStringConvertible {
    /// How expensive a hash is.
    package struct Cost: Sendable, Hashable {
        /// The binary logarithm of the number of rounds.
        package var logarithm: Int
        package var blockSize = 8
        package var parallelism = 1

        /// Creates a cost.
        package init(logarithm: Int, blockSize: Int = 8, parallelism: Int = 1) {
            self.logarithm = logarithm
            self.blockSize = blockSize
            self.parallelism = parallelism
        }

        /// Whether a stored hash may ask for this much; it would take too much memory otherwise.
        var isAcceptable: Bool {
            (1...20).contains(logarithm) && (1...16).contains(blockSize) && (1...8).contains(parallelism)
                && (128 * blockSize * parallelism) << logarithm <= 512 << 20
        }

        /// Whether it is cheaper to guess than `other`.
        func isWeaker(than other: Cost) -> Bool {
            (blockSize * parallelism) << logarithm < (other.blockSize * other.parallelism) << other.logarithm
        }
    }

    static let saltLength = 16
    static let hashLength = 32

    let cost: Cost
    private let salt: [UInt8]
    private let key: SymmetricKey

    /// Hashes a password with a new random salt. Takes long: not for event loops.
    init(_ password: String, cost: Cost) throws {
        var random = SystemRandomNumberGenerator()
        let salt = (0..<Self.saltLength).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        self.cost = cost
        self.salt = salt
        self.key = try Self.derive(password, salt: salt, cost: cost, count: Self.hashLength)
    }

    /// Reads a hash from its PHC string format.
    init?(phc text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt", let cost = Self.cost(parts[2]),
            cost.isAcceptable,
            let salt = UnpaddedBase64.standard.decode(parts[3].utf8), (8...64).contains(salt.count),
            let hash = UnpaddedBase64.standard.decode(parts[4].utf8), (16...64).contains(hash.count)
        else { return nil }
        self.cost = cost
        self.salt = salt
        self.key = SymmetricKey(data: hash)
    }

    /// The hash in PHC string format, to be stored and nothing else.
    var phc: String {
        let base64 = UnpaddedBase64.standard
        let hash = base64.encode(key.withUnsafeBytes { Array($0) })
        return "$scrypt$ln=\(cost.logarithm),r=\(cost.blockSize),p=\(cost.parallelism)$\(base64.encode(salt))$\(hash)"
    }

    /// Whether the hash is that of `password`. Takes long: not for event loops. Compares in constant time.
    func matches(_ password: String) throws -> Bool {
        // `SymmetricKey` compares in constant time.
        try key == Self.derive(password, salt: salt, cost: cost, count: key.bitCount / 8)
    }

    package var description: String { "<password hash>" }

    private static func derive(_ password: String, salt: [UInt8], cost: Cost, count: Int) throws -> SymmetricKey {
        try KDF.Scrypt.deriveKey(
            from: Array(password.utf8), salt: salt, outputByteCount: count, rounds: 1 << cost.logarithm,
            blockSize: cost.blockSize, parallelism: cost.parallelism)
    }

    private static func cost(_ text: Substring) -> Cost? {
        var values: [Substring: Int] = [:]
        for pair in text.split(separator: ",", omittingEmptySubsequences: false) {
            let halves = pair.split(separator: "=", omittingEmptySubsequences: false)
            guard halves.count == 2, let value = Int(halves[1]), values.updateValue(value, forKey: halves[0]) == nil
            else { return nil }
        }
        guard values.count == 3, let logarithm = values["ln"], let blockSize = values["r"],
            let parallelism = values["p"],
            (1...20).contains(logarithm), (1...16).contains(blockSize), (1...8).contains(parallelism)
        else { return nil }
        return Cost(logarithm: logarithm, blockSize: blockSize, parallelism: parallelism)
    }
}
