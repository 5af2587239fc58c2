import ArgumentParser
import WorkflowCore

/// Turns errors into what a person reads and a script checks.
enum ServerFailure {
    /// The configuration is wrong (`EX_DATAERR` of sysexits.h).
    static let configuration = ExitCode(65)
    /// Something that is needed cannot be had (`EX_UNAVAILABLE`).
    static let unavailable = ExitCode(69)
    /// A defect of this program (`EX_SOFTWARE`).
    static let defect = ExitCode(70)

    /// Prints an error and returns the exit code that goes with it.
    static func report(_ error: any Error) -> ExitCode {
        switch error {
        case let error as ConfigurationError:
            printError(error.description)
            let count = error.issues.count
            printError("\nThe configuration has \(count) error\(count == 1 ? "" : "s"); nothing was started.")
            return configuration
        case let error as WorkflowError:
            printError("error: \(error)")
            return error.code == .internal ? defect : unavailable
        case let error as StoreError:
            printError("error: \(error)")
            return unavailable
        case let error as ExitCode:
            return error
        default:
            printError("error: \(error)")
            return defect
        }
    }

    private static func printError(_ text: String) {
        LogWriter.standardError.write(text + "\n") { "\($0) lines were dropped\n" }
    }
}
