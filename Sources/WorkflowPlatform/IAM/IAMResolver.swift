import WorkflowCore

/// Asks a provider about programs.
protocol IAMResolver: Sendable {
    /// Who a program is that shows something.
    ///
    /// - Parameter shown: The body of the request: `token`, or `aws_request`.
    /// - Throws: ``IAMFailure``.
    func resolve(_ shown: JSONObject, now: Timestamp) async throws -> ProvenProgram

    /// Finds out whether the provider can be asked.
    ///
    /// - Returns: What was found.
    /// - Throws: ``IAMFailure``.
    func test() async throws -> String
}

extension JSONObject {
    /// The token that was shown.
    ///
    /// - Throws: ``IAMFailure``.
    var shownToken: String {
        get throws {
            guard let token = self["token"]?.stringValue else {
                throw IAMFailure(.missing, "Show a token of the provider as token.")
            }
            return token
        }
    }
}
