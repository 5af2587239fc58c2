import WorkflowCore

extension Documents {
    private static let membershipMembers: [Schema.Member] = [
        .required("id", .id), .required("user_id", .id), .required("company_id", .id),
        .required("resource_type", .oneOf(ResourceLevel.allCases.map(\.rawValue))),
        .required("resource_id", .id), .required("role", .role), .required("revision", .integer(1...Int.max)),
        .required("created_at", .time), .required("updated_at", .time),
    ]

    static let membership = Schema.named("Membership", .object(membershipMembers))

    static func make(_ membership: Membership) -> JSONObject {
        [
            "id": .string(membership.id.text), "user_id": .string(membership.user.text),
            "company_id": .string(membership.company.text), "resource_type": .string(membership.level.rawValue),
            "resource_id": .string(membership.resource), "role": .string(membership.role.rawValue),
            "revision": .integer(membership.revision), "created_at": .string(membership.createdAt.description),
            "updated_at": .string(membership.updatedAt.description),
        ]
    }

    static let member = Schema.named(
        "Member",
        .object(
            membershipMembers + [
                .required("email", .text(0...254)), .required("display_name", .text(0...200)),
                .required("kind", .oneOf(["person", "service"])),
            ]))

    static func make(_ member: Member) -> JSONObject {
        make(member.membership).merging([
            "email": .string(member.email), "display_name": .string(member.displayName),
            "kind": .string(member.kind.rawValue),
        ])
    }

    static let grant = Schema.named(
        "Grant",
        .object([
            .required("company_id", .id), .required("resource_type", .oneOf(ResourceLevel.allCases.map(\.rawValue))),
            .required("resource_id", .id), .required("role", .role),
        ]))

    static func make(_ grant: Grant) -> JSONObject {
        [
            "company_id": .string(grant.company.text), "resource_type": .string(grant.level.rawValue),
            "resource_id": .string(grant.resource), "role": .string(grant.role.rawValue),
        ]
    }

    static let invitation = Schema.named(
        "Invitation",
        .object([
            .required("id", .id), .required("company_id", .id),
            .required("resource_type", .oneOf(ResourceLevel.allCases.map(\.rawValue))),
            .required("resource_id", .id), .required("email", .email), .required("role", .role),
            .required("invited_by", .id), .required("created_at", .time), .required("expires_at", .time),
        ]))

    /// An invitation as whoever was invited sees it.
    static let invitationOffer = Schema.named(
        "InvitationOffer",
        .object([
            .required("company_name", .name),
            .required("resource_type", .oneOf(ResourceLevel.allCases.map(\.rawValue))),
            .required("resource_name", .name), .required("email", .email), .required("role", .role),
            .required("expires_at", .time),
            .required("has_account", .boolean, "Whether there is an account with the address."),
        ]))

    static func offer(
        _ invitation: Invitation, company: String, resource: String, hasAccount: Bool
    ) -> JSONObject {
        [
            "company_name": .string(company), "resource_type": .string(invitation.level.rawValue),
            "resource_name": .string(resource), "email": .string(invitation.email),
            "role": .string(invitation.role.rawValue), "expires_at": .string(invitation.expiresAt.description),
            "has_account": .bool(hasAccount),
        ]
    }

    /// An invitation for the record, which outlives the account of whom it was sent to.
    static func record(_ invitation: Invitation) -> JSONObject {
        var document = make(invitation)
        document["email"] = nil
        return document
    }

    static func make(_ invitation: Invitation) -> JSONObject {
        [
            "id": .string(invitation.id.text), "company_id": .string(invitation.company.text),
            "resource_type": .string(invitation.level.rawValue), "resource_id": .string(invitation.resource),
            "email": .string(invitation.email), "role": .string(invitation.role.rawValue),
            "invited_by": .string(invitation.invitedBy.text),
            "created_at": .string(invitation.createdAt.description),
            "expires_at": .string(invitation.expiresAt.description),
        ]
    }
}
