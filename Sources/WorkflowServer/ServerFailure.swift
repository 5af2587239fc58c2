package import ArgumentParser
import WorkflowCommandLine

/// Turns errors into what a person reads and a script checks.
package enum ServerFailure {
    /// Prints an error and returns the exit code that goes with it.
    package static func report(_ error: any Error) -> ExitCode {
        if let error = error as? ExitCode { return error }
        let report = FailureReport(error)
        LogWriter.standardError.write(report.text + "\n") { "\($0) lines were dropped\n" }
        return ExitCode(report.status.rawValue)
    }
}
