import ArgumentParser
import WorkflowPlatform

/// What companies may have and do about which the operator has decided nothing else.
struct QuotaOptions: ParsableArguments {
    @Option(
        help: "How many workflows a company may have, unless `wfserver quotas` says otherwise; unlimited by default.")
    var maxWorkflows: Int?

    @Option(help: "How many workflows of a company may run, each environment counted by itself.")
    var maxDeployments: Int?

    @Option(help: "How many executions the workflows of a company may have in a calendar month (UTC).")
    var maxExecutionsPerMonth: Int?

    @Option(help: "Requests of all users of a company together in a minute.")
    var maxCompanyRequestsPerMinute: Int?

    var limits: QuotaLimits {
        QuotaLimits(
            workflows: maxWorkflows, deployments: maxDeployments, executions: maxExecutionsPerMonth,
            requests: maxCompanyRequestsPerMinute)
    }

    func validate() throws {
        for limit in [maxWorkflows, maxDeployments, maxExecutionsPerMonth].compactMap({ $0 }) where limit < 0 {
            throw ValidationError("A limit is a number from 0.")
        }
        guard maxCompanyRequestsPerMinute ?? 1 > 0 else {
            throw ValidationError("--max-company-requests-per-minute is a number from 1.")
        }
    }
}
