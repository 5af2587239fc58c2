import HTTPTypes
import WorkflowCore
import WorkflowModules
import WorkflowStore

/// Second factors: codes of an app, and recovery codes for when the app is lost.
enum SecondFactor {
    private static let recoveryCodes = 10
    private static let password = Schema.Member.required("password", .text(1...1024, .password))

    static let routes: [APIRoute] = [
        APIRoute(
            name: "beginSecondFactor", method: .post, path: "/auth/totp", tag: "Account",
            summary: "Makes a secret for an app that shows codes. They are asked for once one has been confirmed.",
            access: .signedIn(byPerson: true), body: .object([password]),
            answer: AnswerRule.ok(
                .named(
                    "SecondFactorSecret",
                    .object([
                        .required("secret", .text(1...100), "The secret in base32."),
                        .required("uri", .text(1...500, .uri), "The same for apps, usually shown as a QR code."),
                    ]))
            ).secret,
            problems: [403: "The password is wrong.", 409: "There is a second factor."], handler: begin),
        APIRoute(
            name: "confirmSecondFactor", method: .post, path: "/auth/totp/confirm", tag: "Account",
            summary: "Shows that the app works. From then on signing in asks for a code.",
            access: .signedIn(byPerson: true), body: .object([.required("code", .text(6...6))]),
            answer: AnswerRule.ok(
                .named(
                    "RecoveryCodes",
                    .object([
                        .required(
                            "recovery_codes", .array(.text(1...64), maximum: recoveryCodes),
                            "Each works once in the place of a code; they are not shown again.")
                    ]))
            ).secret,
            problems: [403: "The code is wrong.", 409: "There is nothing to confirm."], handler: confirm),
        APIRoute(
            name: "removeSecondFactor", method: .post, path: "/auth/totp/disable", tag: "Account",
            summary: "Signs in without codes again.", access: .signedIn(byPerson: true),
            body: .object([password]), answer: .noContent, problems: [403: "The password is wrong."],
            handler: remove),
    ]

    /// Runs the transaction of a sign-in when the code in the body is right, or none is needed.
    ///
    /// - Returns: `nil` when the code is wrong.
    /// - Throws: ``HTTPError`` 401 when a code is needed and there is none, or the user may not sign in any more.
    static func check<Result: Sendable>(
        _ user: User, _ call: APICall, _ signIn: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result? {
        let code = call.text("code")
        if user.hasSecondFactor, code == nil { throw isRequired }
        if user.hasSecondFactor { try Throttling.beginCode(of: user.id, call) }
        let result = try await call.services.database.write { connection -> Result? in
            // A password takes a while to check, in which the account may have been changed.
            guard let current = try UserTable.lock(user.id, connection), current.isActive else {
                throw PlatformError.unauthenticated("The account does not work any more.")
            }
            if current.hasSecondFactor {
                guard let code, user.hasSecondFactor else { throw isRequired }
                guard try isRight(code, of: user.id, call, connection) else { return nil }
            }
            return try signIn(connection)
        }
        if result != nil { Throttling.succeedCode(of: user.id, call) }
        return result
    }

    private static var isRequired: HTTPError {
        PlatformError.problem(
            .unauthorized, "second-factor-required", "Send the code of your app, or a recovery code, as well.",
            headers: [.wwwAuthenticate: "Bearer"])
    }

    /// Whether a code is right; it does not work again.
    private static func isRight(
        _ code: String, of user: ID<User>, _ call: APICall, _ connection: any SQLConnection
    ) throws -> Bool {
        if code.utf8.count != 6 {
            return try SecondFactorTable.use(codeHash: SecretTokens.hash(code), of: user, connection)
        }
        guard let record = try SecondFactorTable.find(user, connection) else { return false }
        let secret = try call.services.box.open(record.sealed, for: user.text)
        guard let step = TimeBasedCode.step(of: code, secret, after: record.lastStep, now: call.now) else {
            return false
        }
        return try SecondFactorTable.use(step, of: user, connection)
    }

    /// Makes sure that whoever calls knows their password.
    static func checkPassword(_ call: APICall) async throws -> User {
        let (services, id) = (call.services, try call.caller.user)
        try Throttling.begin(account: id.text, call)
        let (user, hash) = try await services.database.read { connection in
            (try Accounts.current(call, connection), try UserTable.passwordHash(id, connection))
        }
        let policy = PasswordPolicy(services: services)
        guard try await !policy.matches(try call.requiredText("password"), hash).isMismatch else {
            throw PlatformError.forbidden("The password is wrong.")
        }
        Throttling.succeed(account: id.text, call)
        return user
    }

    @Sendable private static func begin(_ call: APICall) async throws -> APIAnswer {
        let (services, user) = (call.services, try await checkPassword(call))
        guard !user.hasSecondFactor else {
            throw PlatformError.conflict("second-factor-exists", "There is a second factor; remove it before.")
        }
        let secret = services.secrets.bytes(20)
        let sealed = try services.box.seal(secret, for: user.id.text)
        try await services.database.write { try SecondFactorTable.begin(sealed, of: user.id, $0) }
        let text = TimeBasedCode.base32(secret)
        let label = user.email.addingPercentEncoding()
        return .data([
            "secret": .string(text),
            "uri": .string("otpauth://totp/Workflow:\(label)?secret=\(text)&issuer=Workflow"),
        ])
    }

    @Sendable private static func confirm(_ call: APICall) async throws -> APIAnswer {
        let (services, id, code) = (call.services, try call.caller.user, try call.requiredText("code"))
        try Throttling.beginCode(of: id, call)
        let codes = (0..<recoveryCodes).map { _ in UnpaddedBase64.url.encode(services.secrets.bytes(12)) }
        try await services.database.write { connection in
            guard let record = try SecondFactorTable.find(id, connection), !record.isConfirmed else {
                throw PlatformError.conflict("nothing-to-confirm", "There is no second factor to confirm.")
            }
            guard try isRight(code, of: id, call, connection) else {
                throw PlatformError.forbidden("The code is wrong; is the clock of your device right?")
            }
            try SecondFactorTable.confirm(id, codeHashes: codes.map(SecretTokens.hash), connection)
            let event = call.event("auth.second-factor-add", "user", id.text)
            try services.audit.append(event, ofUser: id, now: call.now, connection)
        }
        Throttling.succeedCode(of: id, call)
        return .data(["recovery_codes": .array(codes.map { .string($0) })])
    }

    @Sendable private static func remove(_ call: APICall) async throws -> APIAnswer {
        let user = try await checkPassword(call)
        try await call.services.database.write { connection in
            try SecondFactorTable.remove(user.id, connection)
            let event = call.event("auth.second-factor-remove", "user", user.id.text)
            try call.services.audit.append(event, ofUser: user.id, now: call.now, connection)
        }
        return .nothing
    }
}

extension String {
    /// The text for a URL: all but unreserved characters (RFC 3986, section 2.3) are encoded.
    func addingPercentEncoding() -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var text: [UInt8] = []
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                text.append(byte)
            default:
                text += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
