import HTTPTypes
public import WorkflowCore

extension JWTAuthentication: DescribedAuthenticator {
    public var credential: CredentialDescription {
        .bearer(context.name, format: "JWT", details: "The `token` that a login or a registration is answered with.")
    }
}

extension JWTAuthentication: DescribedHandler {
    public func operations(on route: RouteDescription) -> [OperationDescription] {
        ["register", "login", "logout", "profile"].flatMap { ending -> [OperationDescription] in
            guard let path = Self.path(of: ending, on: route) else { return [] }
            return operations(of: ending).filter { route.method == nil || $0.method == route.method }.map { operation in
                var operation = operation
                operation.path = path
                operation.define("\(context.name).user", Self.userSchema)
                operation.define("\(context.name).session", sessionSchema)
                operation.add(.error(503, "Not possible at the moment.", headers: [.retryAfter]))
                return operation
            }
        }
    }

    /// The path that ends as the handler looks at it; `nil` when the route does not lead to it.
    private static func path(of ending: String, on route: RouteDescription) -> String? {
        if route.path.hasSuffix("/auth/\(ending)") { return route.path }
        guard let last = route.parameters.last, route.path.hasSuffix("/{\(last)}") else { return nil }
        let parent = route.path.dropLast(last.count + 3)
        if parent.hasSuffix("/auth") { return "\(parent)/\(ending)" }
        return route.restParameter == last ? "\(parent)/auth/\(ending)" : nil
    }

    private func operations(of ending: String) -> [OperationDescription] {
        switch ending {
        case "register": [registration]
        case "login": [login]
        case "logout": [logout]
        default: profile
        }
    }

    private var registration: OperationDescription {
        OperationDescription(
            .post, name: "register", summary: "Registers a user", body: BodyDescription(content: [.json(account)]),
            responses: [
                session(201, "The user has been registered and logged in."),
                .error(400, "The body is not acceptable."), .error(409, "The e-mail address is taken."),
                .problem(413, "The body is too large."),
                .error(429, "Too many registrations from this address.", headers: [.retryAfter]),
            ])
    }

    private var login: OperationDescription {
        OperationDescription(
            .post, name: "login", summary: "Logs a user in", body: BodyDescription(content: [.json(Self.loginSchema)]),
            responses: [
                session(200, "The user is logged in."), .error(400, "The body is not acceptable."),
                .error(401, "The address or the password is wrong."), .problem(413, "The body is too large."),
                .error(429, "Too many attempts.", headers: [.retryAfter]),
            ])
    }

    private var logout: OperationDescription {
        var operation = OperationDescription(
            .post, name: "logout", summary: "Logs a user out",
            responses: [ResponseDescription(204, "The token is not valid any more."), Self.unauthorised])
        operation.require(oneOf: [credential])
        return operation
    }

    private var profile: [OperationDescription] {
        let user = MediaDescription.json(OperationDescription.reference(to: "\(context.name).user"))
        let name: JSONValue = [
            "type": "object", "required": ["name"],
            "properties": ["name": ["type": "string", "maxLength": 200]],
        ]
        let operations = [
            OperationDescription(
                .get, name: "profile", summary: "Shows the user",
                responses: [ResponseDescription(200, "The user.", content: [user]), Self.unauthorised]),
            OperationDescription(
                .put, name: "rename", summary: "Changes the name of the user",
                body: BodyDescription(content: [.json(name)]),
                responses: [
                    ResponseDescription(200, "The changed user.", content: [user]),
                    .error(400, "The body is not acceptable."), Self.unauthorised,
                    .problem(413, "The body is too large."),
                ]),
        ]
        return operations.map { operation in
            var operation = operation
            operation.require(oneOf: [credential])
            return operation
        }
    }
}

extension JWTAuthentication {
    private static var unauthorised: ResponseDescription { .error(401, "The token is missing or not valid.") }

    private func session(_ status: Int, _ details: String) -> ResponseDescription {
        ResponseDescription(
            status, details, content: [.json(OperationDescription.reference(to: "\(context.name).session"))])
    }

    private var sessionSchema: JSONValue {
        [
            "type": "object", "required": ["token", "user"],
            "properties": [
                "token": ["type": "string", "description": "For `Authorization: Bearer`."],
                "user": OperationDescription.reference(to: "\(context.name).user"),
            ],
        ]
    }

    private static var userSchema: JSONValue {
        [
            "type": "object", "required": ["id", "email", "name", "createdAt"],
            "properties": [
                "id": ["type": "string"], "email": ["type": "string", "format": "email"], "name": ["type": "string"],
                "createdAt": ["type": "string", "format": "date-time"],
            ],
        ]
    }

    private static var loginSchema: JSONValue {
        [
            "type": "object", "required": ["email", "password"],
            "properties": [
                "email": ["type": "string", "format": "email"], "password": ["type": "string", "format": "password"],
            ],
        ]
    }

    private var account: JSONValue {
        [
            "type": "object", "required": ["email", "password"],
            "properties": [
                "email": ["type": "string", "format": "email"], "name": ["type": "string", "maxLength": 200],
                "password": [
                    "type": "string", "format": "password",
                    "minLength": .integer(Int64(configuration.minPasswordLength)),
                ],
            ],
        ]
    }
}
