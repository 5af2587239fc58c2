import HTTPTypes
import WorkflowCore
import WorkflowModules

/// Slows down those who guess.
enum Throttling {
    /// Counts a registration, or a use of a token that is sent by e-mail.
    ///
    /// - Throws: ``HTTPError`` 429.
    static func countRegistration(_ call: APICall) throws {
        let throttle = call.services.registrationThrottle
        guard let wait = throttle.begin(address: call.request.remoteAddress, now: call.now) else { return }
        throw PlatformError.tooMany("There were too many attempts from this address.", wait: wait)
    }

    /// Counts the beginning of an attempt to prove who one is.
    ///
    /// - Throws: ``HTTPError`` 429.
    static func begin(account: String, _ call: APICall) throws {
        let throttle = call.services.loginThrottle
        let address = call.request.remoteAddress
        guard let wait = throttle.begin(account: account, address: address, now: call.now) else { return }
        throw PlatformError.tooMany("There were too many attempts; wait before the next one.", wait: wait)
    }

    /// Counts the beginning of an attempt to guess the code of a second factor, from whatever address: whoever gets so
    /// far knows the password, and there are few codes.
    ///
    /// - Throws: ``HTTPError`` 429.
    static func beginCode(of user: ID<User>, _ call: APICall) throws {
        let wait = call.services.loginThrottle.begin(account: "code", address: user.text, now: call.now)
        guard let wait else { return }
        throw PlatformError.tooMany("There were too many wrong codes; wait before the next one.", wait: wait)
    }

    /// Takes an attempt back that turned out well.
    static func succeedCode(of user: ID<User>, _ call: APICall) {
        call.services.loginThrottle.succeed(account: "code", address: user.text)
    }

    /// Takes an attempt back that turned out well.
    static func succeed(account: String, _ call: APICall) {
        call.services.loginThrottle.succeed(account: account, address: call.request.remoteAddress)
    }
}
