/// How a program of this package ends, for scripts. The numbers from 64 are those of `sysexits.h`.
public enum ExitStatus: Int32, Sendable, CaseIterable {
    /// Done.
    case done = 0
    /// A check found a problem; with `--detailed-exitcode`, any failure.
    case problem = 1
    /// With `--detailed-exitcode`: done, and there are changes.
    case changes = 2
    /// The server refused a change; nothing has changed.
    case refused = 3
    /// Somebody else changed the same thing first; nothing has changed.
    case conflict = 4
    /// The server does not have what was named.
    case notFound = 5
    /// The person who was asked said no; nothing has changed.
    case declined = 6
    /// The change was made, did not work, and the server took it back.
    case rolledBack = 7
    /// Wrong usage.
    case usage = 64
    /// A configuration or a script is wrong.
    case configuration = 65
    /// A file cannot be read.
    case noInput = 66
    /// Something that is needed cannot be had: a server that does not answer, a port in use.
    case unavailable = 69
    /// A defect of the program.
    case defect = 70
    /// A file cannot be written.
    case cannotWrite = 73
    /// It took longer than allowed.
    case timeout = 75
    /// The server answers something that this version does not understand.
    case protocolMismatch = 76
    /// There is no token, or the server does not accept it.
    case notLoggedIn = 77

    /// What it means, in a few words.
    public var summary: String {
        switch self {
        case .done: "done"
        case .problem: "a check found a problem"
        case .changes: "done, and there are changes (--detailed-exitcode)"
        case .refused: "the server refused the change"
        case .conflict: "somebody else changed it first"
        case .notFound: "the server does not have it"
        case .declined: "the question was answered with no"
        case .rolledBack: "the change did not work and was taken back"
        case .usage: "wrong usage"
        case .configuration: "a configuration or script is wrong"
        case .noInput: "a file cannot be read"
        case .unavailable: "something that is needed cannot be had"
        case .defect: "a defect of the program"
        case .cannotWrite: "a file cannot be written"
        case .timeout: "it took longer than allowed"
        case .protocolMismatch: "the server and this program do not understand each other"
        case .notLoggedIn: "no token, or a wrong one"
        }
    }
}
