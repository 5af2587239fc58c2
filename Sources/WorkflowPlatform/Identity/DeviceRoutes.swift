import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Signing in on a device without a browser (RFC 8628): it shows a code, which a person enters where they are signed
/// in.
enum DeviceRoutes {
    static let all: [APIRoute] =
        [
            APIRoute(
                name: "beginDeviceLogin", method: .post, path: "/auth/device", tag: "Sign-in",
                summary: "Gives a device the codes with which somebody signs it in.", access: .open,
                body: .object([
                    .optional("client_name", .text(1...200), "What the person sees who decides, such as its host name.")
                ]),
                answer: AnswerRule.ok(Documents.deviceCodes).secret, handler: begin),
            APIRoute(
                name: "finishDeviceLogin", method: .post, path: "/auth/device/token", tag: "Sign-in",
                summary: "Begins the session of a device once somebody has signed it in.", access: .open,
                body: .object([.required("device_code", .text(1...200))]),
                answer: AnswerRule.ok(Documents.tokens).secret,
                problems: [
                    400:
                        "Not yet, or not any more; `error` is `authorization_pending`, `slow_down`, `access_denied` or "
                        + "`expired_token`."
                ],
                handler: finish),
        ] + DeviceApproval.routes

    @Sendable private static func begin(_ call: APICall) async throws -> APIAnswer {
        let services = call.services
        try Throttling.countRegistration(call)
        let (secret, code) = (services.secrets.make(.device), DeviceCodes.userCode())
        let device = Device(
            clientName: call.text("client_name") ?? "", address: call.origin.address, createdAt: call.now,
            expiresAt: call.now.advanced(by: DeviceCodes.lifetime), askedAt: nil, pause: DeviceCodes.pause,
            state: .pending, session: nil)
        try await services.database.write { connection in
            try DeviceTable.insert(
                hash: SecretTokens.hash(secret), userCodeHash: services.box.digest(code), device, connection)
        }
        let (address, shown) = (PlatformPages.Page.device.address(services.configuration), DeviceCodes.shown(code))
        return .data([
            "device_code": .string(secret), "user_code": .string(shown), "verification_uri": .string(address),
            "verification_uri_complete": .string("\(address)?user_code=\(shown)"),
            "expires_in": .integer(DeviceCodes.lifetime.wholeMilliseconds / 1000),
            "interval": .integer(Int64(DeviceCodes.pause)),
        ])
    }

    /// What a device learns. What was noted of its question must be kept although the answer is an error.
    private enum Verdict {
        case begun(SessionStart.Begun)
        case pending, tooQuick(pause: Int), denied, expired
    }

    @Sendable private static func finish(_ call: APICall) async throws -> APIAnswer {
        let hash = SecretTokens.hash(try call.requiredText("device_code"))
        switch try await call.services.database.write({ try verdict(hash, call, $0) }) {
        case .begun(let begun):
            return .data(.object(try await SessionStart.tokens(begun, call)))
        case .pending:
            throw problem("authorization_pending", "Nobody has entered the code yet; ask again in a moment.")
        case .tooQuick(let pause):
            throw problem("slow_down", "Ask again in \(pause) seconds.")
        case .denied:
            throw problem("access_denied", "The sign-in was refused.")
        case .expired:
            throw problem("expired_token", "The code does not work any more; begin again.")
        }
    }

    private static func verdict(
        _ hash: String, _ call: APICall, _ connection: any SQLConnection
    ) throws -> Verdict {
        guard let device = try DeviceTable.find(hash: hash, connection), device.expiresAt > call.now else {
            return .expired
        }
        switch device.state {
        case .denied:
            return .denied
        case .pending:
            // The first question may come at once.
            let isTooQuick = device.askedAt.map { $0.duration(to: call.now) < .seconds(device.pause) } ?? false
            let pause = device.pause + (isTooQuick ? DeviceCodes.pause : 0)
            try DeviceTable.noteAsking(hash: hash, at: call.now, pause: pause, connection)
            return isTooQuick ? .tooQuick(pause: pause) : .pending
        case .approved:
            guard try DeviceTable.delete(hash: hash, connection) else { return .expired }
            // Whoever has signed out since, or may not sign in any more, signs nobody in.
            guard let session = device.session,
                let user = try SessionTable.owner(of: session, now: call.now, connection)?.user,
                try UserTable.noteLogin(of: user, at: call.now, connection)
            else { return .denied }
            var event = call.event(
                "auth.login", "user", user.text,
                ["method": "device", "approved_in_session": .string(session.text)])
            event.user = user
            try call.services.audit.append(event, ofUser: user, now: call.now, connection)
            let origin = try SessionTable.origin(of: session, connection)
            return .begun(try SessionStart.begin(user, call, connection, by: origin))
        }
    }

    /// An error with its name in the standard as `error`, besides the type that all problems have.
    private static func problem(_ name: String, _ detail: String) -> HTTPError {
        PlatformError.problem(
            .badRequest, name.replacing("_", with: "-"), detail, details: ["error": .string(name)])
    }
}
