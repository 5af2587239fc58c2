import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Makes and finds users.
enum Accounts {
    /// A person who has not been saved yet.
    static func newPerson(email: String, name: String, _ call: APICall) -> User {
        User(
            id: call.services.newID(), kind: .person, company: nil, email: email, isEmailVerified: false,
            displayName: name, avatarURL: "", isActive: true, hasSecondFactor: false, revision: 1,
            createdAt: call.now, updatedAt: call.now, lastLoginAt: call.now)
    }

    /// The user who calls.
    ///
    /// - Throws: ``HTTPError`` 401 when they have been removed meanwhile.
    static func current(_ call: APICall, _ connection: any SQLConnection) throws -> User {
        guard let user = try UserTable.find(try call.caller.user, connection) else {
            throw PlatformError.unauthenticated("Your account has been removed.")
        }
        return user
    }

    /// Saves a user who was changed.
    ///
    /// - Throws: ``HTTPError`` 412 when somebody else has changed them in between.
    static func save(_ user: User, _ connection: any SQLConnection) throws {
        guard try UserTable.update(user, connection) else {
            throw PlatformError.preconditionFailed(EntityTag.make(user.revision))
        }
    }
}
