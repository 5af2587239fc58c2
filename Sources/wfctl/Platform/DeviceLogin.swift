import Foundation
import WorkflowCommandLine
import WorkflowCore

/// Signs in with a code that a person enters where they are signed in already.
struct DeviceLogin {
    let client: ManagementClient
    let noInput: Bool

    /// Shows the code, and waits until somebody has entered it.
    ///
    /// - Returns: The answer with the tokens.
    /// - Throws: ``CommandFailure`` when it was refused, or nobody entered it in time.
    func run() async throws -> ManagementAnswer {
        guard !noInput else {
            throw CommandFailure(
                .usage, "There is nobody to ask.",
                hint: "pass --email and the password on standard input, or an API key with --token-file or WFCTL_TOKEN")
        }
        let begun = try await send(
            "/auth/device", ["client_name": .string("wfctl on \(ProcessInfo.processInfo.hostName)")])
        let codes = try begun.data("sign-in with a code")
        guard let device = codes["device_code"]?.stringValue, let code = codes["user_code"]?.stringValue,
            let page = codes["verification_uri"]?.stringValue
        else { throw begun.notUnderstood("the answer has no codes") }
        Console.note(
            """
            To sign in, open \(page)
            and enter the code

                \(code)

            or run this where you are signed in: wfctl login --approve \(code)
            Waiting; Ctrl-C stops.
            """)
        if !Terminal.input.isInteractive {
            Console.note("Where nobody can do that, give an API key with WFCTL_TOKEN or --token-file.")
        }
        let deadline = ContinuousClock.now + .seconds(codes["expires_in"]?.intValue ?? 600)
        return try await wait(device, pause: codes["interval"]?.intValue ?? 5, until: deadline)
    }

    private func wait(
        _ device: String, pause: Int, until deadline: ContinuousClock.Instant
    ) async throws -> ManagementAnswer {
        var pause = pause
        while ContinuousClock.now < deadline {
            try await Task.sleep(for: .seconds(pause))
            let answer: ManagementAnswer
            do {
                answer = try await send("/auth/device/token", ["device_code": .string(device)])
            } catch let failure as CommandFailure where failure.status == .unavailable || failure.status == .timeout {
                // It may be back before the code ends.
                pause = min(2 * pause, 60)
                continue
            }
            switch answer.problem {
            case "authorization-pending": continue
            case "slow-down", "too-many-requests": pause += 5
            case "access-denied":
                throw CommandFailure(.notLoggedIn, "The sign-in was refused.", hint: "run `wfctl login` again")
            case "expired-token": throw Self.late
            default: return answer
            }
        }
        throw Self.late
    }

    private static let late = CommandFailure(
        .timeout, "Nobody has entered the code in time.", hint: "run `wfctl login` again")

    private func send(_ path: String, _ body: JSONValue) async throws -> ManagementAnswer {
        try await client.send(
            "POST", PlatformClient.prefix + path, body: body.jsonBytes(),
            headers: [("content-type", "application/json")])
    }
}

/// Lets a device in that shows a code.
struct DeviceApproval {
    let client: PlatformClient
    let code: String
    let confirmation: ConfirmationOptions

    /// Tells which device it is, asks, and lets it in.
    ///
    /// - Throws: ``CommandFailure``.
    func run() async throws {
        let body: JSONValue = ["user_code": .string(code)]
        let device = try await send("/auth/device/show", body)
        let name = device.shown("client_name").isEmpty ? "A device" : device.shown("client_name")
        Console.note("\(name), from \(device.shown("ip_address")), since \(ShownTime.text(device["created_at"])).")
        try confirmation.confirm("Let it in to \(client.url) as you?")
        _ = try await send("/auth/device/approve", body)
        Console.note("It is signed in.")
    }

    private func send(_ path: String, _ body: JSONValue) async throws -> JSONValue {
        let answer = try await client.send("POST", path, body)
        if answer.status == 404, !answer.isUnknownRequest {
            throw CommandFailure(
                .notFound, "No device waits with the code \(code).",
                hint: "look at it again, or begin anew on the device")
        }
        return try answer.data("device")
    }
}
