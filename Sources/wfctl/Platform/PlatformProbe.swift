import WorkflowCommandLine
import WorkflowCore

/// Finds out what answers at an address.
enum PlatformProbe {
    /// Asks for the state of the set-up, which only a platform has and tells everybody.
    ///
    /// - Throws: ``CommandFailure`` when nothing answers, or when the platform has no user yet.
    static func kind(of address: ServerAddress) async throws -> ContextEntry.Kind {
        let answer = try await ManagementClient(url: address.url, token: nil)
            .send("GET", "\(PlatformClient.prefix)/setup", seconds: 10)
        guard answer.status == 200 else {
            if answer.status == 429 || answer.status >= 500 { throw answer.failure }
            return .server
        }
        let document: JSONValue?
        do {
            document = try JSONValue(parsing: answer.bytes)
        } catch {
            // An application may answer everything with a page.
            return .server
        }
        guard let isNeeded = document?["data"]?["needed"]?.boolValue else { return .server }
        guard !isNeeded else {
            throw CommandFailure(
                .refused, "The platform at \(address.url) has no user yet.",
                hint: "set it up with POST \(PlatformClient.prefix)/setup and the token that it printed when it started"
            )
        }
        return .platform
    }
}
