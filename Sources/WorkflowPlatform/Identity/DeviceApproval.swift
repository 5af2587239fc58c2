import HTTPTypes
import WorkflowCore
import WorkflowModules
import WorkflowStore

/// What a person who is signed in does with the code that a device shows.
enum DeviceApproval {
    private static let problems = [404: "No device has this code, or it does not work any more."]
    private static let code = Schema.Member.required(
        "user_code", .text(1...20), "The code that the device shows; its case and its hyphen do not matter.")

    static let routes: [APIRoute] = [
        APIRoute(
            name: "showDevice", method: .post, path: "/auth/device/show", tag: "Sign-in",
            summary: "Tells which device shows a code.", access: .signedIn(byPerson: true), body: .object([code]),
            answer: .ok(Documents.device), problems: problems, handler: show),
        APIRoute(
            name: "approveDevice", method: .post, path: "/auth/device/approve", tag: "Sign-in",
            summary: "Signs a device in with the account of whoever calls, or refuses it.",
            access: .signedIn(byPerson: true),
            body: .object([code, .optional("decision", .oneOf(["approve", "deny"]), "Approve when it is left out.")]),
            answer: .ok(Documents.device), problems: problems, handler: decide),
    ]

    @Sendable private static func show(_ call: APICall) async throws -> APIAnswer {
        let (_, device) = try await find(call)
        return .data(.object(Documents.make(device, device.state)))
    }

    @Sendable private static func decide(_ call: APICall) async throws -> APIAnswer {
        let (hash, device) = try await find(call)
        let (caller, services) = (try call.caller, call.services)
        guard let session = caller.session else { throw PlatformError.defect("a key cannot decide about a device") }
        let state: Device.State = call.text("decision") == "deny" ? .denied : .approved
        try await services.database.write { connection in
            // Decided once, so that nobody changes what another has decided.
            let isDecided = try DeviceTable.decide(
                userCodeHash: hash, state, by: session, now: call.now, connection)
            guard isDecided else { throw unknown }
            let event = call.event(
                state == .approved ? "auth.device-approve" : "auth.device-deny", "user", caller.user.text,
                ["client_name": .string(device.clientName), "device_address": .string(device.address)])
            try services.audit.append(event, ofUser: caller.user, now: call.now, connection)
        }
        return .data(.object(Documents.make(device, state)))
    }

    /// The device that waits with the code in the body. Guesses are counted per user, from whatever address.
    private static func find(_ call: APICall) async throws -> (hash: String, device: Device) {
        let (services, user) = (call.services, try call.caller.user)
        let throttle = services.loginThrottle
        if let wait = throttle.begin(account: "device", address: user.text, now: call.now) {
            throw PlatformError.tooMany("There were too many wrong codes; wait before the next one.", wait: wait)
        }
        let hash = DeviceCodes.userCode(typed: try call.requiredText("user_code")).map(services.box.digest)
        let device = try await services.database.read { connection -> Device? in
            try hash.flatMap { try DeviceTable.find(userCodeHash: $0, connection) }
        }
        guard let hash, let device, device.expiresAt > call.now, device.state == .pending else {
            try await services.database.write { connection in
                let event = call.event("auth.device-failed", "user", user.text)
                try services.audit.append(event, ofUser: user, now: call.now, connection)
            }
            throw unknown
        }
        throttle.succeed(account: "device", address: user.text)
        return (hash, device)
    }

    private static let unknown = PlatformError.problem(
        .notFound, "no-such-device", "No device waits with this code; look at it again, or begin anew on the device.")
}
