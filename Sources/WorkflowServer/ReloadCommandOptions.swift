import ArgumentParser
import WorkflowCore

/// How a running application changes its configuration.
struct ReloadCommandOptions: ParsableArguments {
    @Flag(name: .long, help: "Apply changes of the configuration files and scripts when they are saved.")
    var watch = false

    @Option(help: "Seconds that new modules may take to become healthy before they take over.")
    var reloadHealthSeconds = 10.0

    @Option(
        help: "Seconds after a reload in which the modules before take over again when the new ones fail; 0 for never.")
    var reloadObservationSeconds = 10.0

    @Option(help: "Part of the requests, from 0 to 1, that may fail with a server error in that time.")
    var reloadErrorRate = 0.5

    func validate() throws {
        guard (0...3600).contains(reloadHealthSeconds), (0...3600).contains(reloadObservationSeconds) else {
            throw ValidationError("Reload times are from 0 to 3600 seconds.")
        }
        guard (0...1).contains(reloadErrorRate) else {
            throw ValidationError("--reload-error-rate is from 0 to 1.")
        }
    }

    var policy: ReloadPolicy {
        ReloadPolicy(
            healthTimeout: .seconds(reloadHealthSeconds), observation: .seconds(reloadObservationSeconds),
            maximumErrorRate: reloadErrorRate)
    }
}
