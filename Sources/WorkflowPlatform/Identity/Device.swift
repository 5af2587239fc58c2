import WorkflowCore

/// A device without a browser, such as a terminal, that waits for somebody to sign it in (RFC 8628).
struct Device: Sendable {
    /// What has become of it.
    enum State: String, Sendable {
        /// Nobody has decided.
        case pending
        /// Somebody has signed it in.
        case approved
        /// Somebody has refused it.
        case denied
    }

    /// What it calls itself.
    let clientName: String
    /// Where it asks from.
    let address: String
    let createdAt: Timestamp
    /// When its codes end.
    let expiresAt: Timestamp
    /// When it asked last; `nil` before it has.
    let askedAt: Timestamp?
    /// How many seconds it waits between two questions.
    let pause: Int
    let state: State
    /// The session of whoever has decided; `nil` while nobody has.
    let session: ID<Session>?
}

/// The codes of devices.
enum DeviceCodes {
    /// How long they work.
    static let lifetime = Duration.seconds(600)
    /// How many seconds a device waits between two questions, and how many more after it was too quick.
    static let pause = 5
    /// Consonants only: there are no words among them, and no letters that look like figures or like each other.
    private static let letters = Array("BCDFGHJKLMNPQRSTVWXZ")
    private static let length = 8

    /// Makes a code for a person to type, without its hyphen.
    static func userCode() -> String {
        var generator = SystemRandomNumberGenerator()
        return String((0..<length).map { _ in letters[Int.random(in: letters.indices, using: &generator)] })
    }

    /// The code as it is shown.
    static func shown(_ code: String) -> String { "\(code.prefix(length / 2))-\(code.suffix(length / 2))" }

    /// The code that somebody has typed, in whatever case and with whatever hyphens or blanks; `nil` when it is none.
    static func userCode(typed text: String) -> String? {
        let code = text.uppercased().filter { $0 != "-" && $0 != " " }
        return code.count == length && code.allSatisfy(letters.contains) ? code : nil
    }
}
