/// Who may use which route: the least role and the part of the API for scopes. "person" means not with an API key,
/// "anywhere" with a role on anything in the company.
enum AccessRules {
    static let expected = """
        DELETE /auth/me/identities/{identityId}: person
        DELETE /auth/sessions/{sessionId}: person
        DELETE /auth/sessions: person
        DELETE /companies/{id}/api-keys/{keyId}: viewer credentials
        DELETE /companies/{id}/invitations/{invitationId}: admin members
        DELETE /companies/{id}/members/{userId}: admin members
        DELETE /companies/{id}/service-accounts/{accountId}: admin credentials person
        DELETE /companies/{id}/sso/providers/{providerId}: owner sso person
        DELETE /companies/{id}: owner companies person
        DELETE /iam/mappings/{iamMappingId}: admin credentials person
        DELETE /iam/providers/{iamProviderId}: admin credentials person
        DELETE /organizations/{id}/members/{userId}: admin members
        DELETE /organizations/{id}: owner organizations
        DELETE /projects/{id}/members/{userId}: admin members
        DELETE /projects/{id}: owner projects
        DELETE /workflows/{id}/links/{linkId}/dead-letters/{deliveryId}: editor workflows
        DELETE /workflows/{id}/links/{linkId}: editor workflows
        DELETE /workflows/{id}/environments/{environment}: owner workflows
        DELETE /workflows/{id}/permissions/{userId}: admin members
        DELETE /workflows/{id}/secrets/{name}: editor workflows
        DELETE /workflows/{id}: owner workflows
        GET /auth/me: signed in
        GET /auth/me/identities: person
        GET /auth/memberships: signed in
        GET /auth/oauth2/{provider}/callback: open
        GET /auth/oauth2/{provider}: open
        GET /auth/oauth2: open
        GET /auth/sessions: person
        GET /companies/{id}/api-keys: viewer credentials
        GET /executions/{id}/steps: viewer executions
        GET /executions/{id}: viewer executions
        GET /workflows/{id}/executions: viewer executions
        POST /executions/{id}/cancel: admin executions
        POST /executions/{id}/replay: editor executions
        POST /executions/{id}/retry: editor executions
        POST /workflows/{id}/trigger: editor executions
        GET /companies/{id}/audit/export: admin audit
        GET /companies/{id}/audit/verify: admin audit
        GET /companies/{id}/audit: admin audit
        GET /companies/{id}/iam/providers: viewer credentials
        GET /companies/{id}/environments: viewer companies
        GET /companies/{id}/invitations: admin members
        GET /companies/{id}/members: viewer members
        GET /companies/{id}/organizations: viewer organizations
        GET /companies/{id}/quotas: viewer companies
        GET /companies/{id}/service-accounts: admin credentials
        GET /companies/{id}/sso/providers/{providerId}: admin sso
        GET /companies/{id}/sso/providers: admin sso
        GET /companies/{id}: viewer companies
        GET /companies: signed in
        GET /iam/providers/{iamProviderId}/mappings: viewer credentials
        GET /iam/providers/{iamProviderId}: viewer credentials
        GET /organizations: signed in
        GET /organizations/{id}/members: viewer members
        GET /organizations/{id}/projects: viewer projects
        GET /organizations/{id}: viewer organizations
        GET /projects: signed in
        GET /projects/{id}/members: viewer members
        GET /projects/{id}/workflows: viewer workflows
        GET /projects/{id}: viewer projects
        GET /setup: open
        GET /workflows/{id}/deployments: viewer workflows
        GET /workflows/{id}/links/{linkId}/dead-letters: editor workflows
        GET /workflows/{id}/links: viewer workflows
        GET /workflows/{id}/environments: viewer workflows
        GET /workflows/{id}/permissions: viewer members
        GET /dashboard: signed in
        GET /workflows/{id}/dashboard: viewer executions
        GET /workflows/{id}/events/stream: viewer executions
        GET /workflows/{id}/events: viewer executions
        GET /workflows/{id}/logs/stream: viewer executions
        GET /workflows/{id}/logs: viewer executions
        POST /workflows/{id}/stream-tickets: viewer executions
        GET /workflows/{id}/promotions: viewer workflows
        GET /workflows/{id}/secrets: viewer workflows
        GET /workflows/{id}/status: viewer workflows
        GET /workflows/{id}/versions/{v}/diff: viewer workflows
        GET /workflows/{id}/versions/{v}: viewer workflows
        GET /workflows/{id}/versions: viewer workflows
        GET /workflows/{id}: viewer workflows
        GET /workflows: signed in
        POST /auth/device/approve: person
        POST /auth/device/show: person
        POST /auth/device/token: open
        POST /auth/device: open
        POST /auth/email/send: person
        POST /auth/email/verify: open
        POST /auth/iam/{iamProviderId}/token: open
        POST /auth/invitations/accept: person
        POST /auth/invitations/show: open
        POST /auth/login: open
        POST /auth/logout: person
        POST /auth/oauth2/token: open
        POST /auth/me/delete: person
        POST /auth/password/forgot: open
        POST /auth/password/reset: open
        POST /auth/password: person
        POST /auth/refresh: open
        POST /auth/register: open
        POST /auth/totp/confirm: person
        POST /auth/totp/disable: person
        POST /auth/totp: person
        POST /companies/{id}/api-keys: viewer credentials person
        POST /companies/{id}/iam/providers: admin credentials person
        POST /companies/{id}/invitations: admin members
        POST /companies/{id}/leave: viewer members person anywhere
        POST /companies/{id}/members: admin members
        POST /companies/{id}/organizations: editor organizations
        POST /companies/{id}/service-accounts/{accountId}/api-keys: admin credentials person
        POST /companies/{id}/service-accounts: admin credentials person
        POST /companies/{id}/sso/providers: owner sso person
        POST /companies: person
        POST /iam/providers/{iamProviderId}/mappings: admin credentials person
        POST /iam/providers/{iamProviderId}/test: admin credentials
        POST /organizations/{id}/invitations: admin members
        POST /organizations/{id}/members: admin members
        POST /organizations/{id}/projects: editor projects
        POST /projects/{id}/invitations: admin members
        POST /projects/{id}/members: admin members
        POST /projects/{id}/workflows: editor workflows
        POST /setup: open
        POST /workflows/{id}/deploy: admin workflows
        POST /workflows/{id}/links/{linkId}/dead-letters/redrive: editor workflows
        POST /workflows/{id}/links: editor workflows
        POST /workflows/{id}/permissions: admin members
        POST /workflows/{id}/plan: viewer workflows
        POST /workflows/{id}/promote: editor workflows
        POST /workflows/{id}/promotions/{promotionId}/approve: admin workflows person
        POST /workflows/{id}/promotions/{promotionId}/reject: admin workflows person
        POST /workflows/{id}/rollback: admin workflows
        POST /workflows/{id}/stop: admin workflows
        PUT /auth/me: person
        PUT /companies/{id}/environments: owner companies
        PUT /companies/{id}/members/{userId}: admin members
        PUT /companies/{id}/sso/providers/{providerId}: owner sso person
        PUT /companies/{id}: admin companies
        PUT /iam/providers/{iamProviderId}: admin credentials person
        PUT /organizations/{id}/members/{userId}: admin members
        PUT /organizations/{id}: admin organizations
        PUT /projects/{id}/members/{userId}: admin members
        PUT /projects/{id}: editor projects
        PUT /workflows/{id}/secrets/{name}: editor workflows
        PUT /workflows/{id}: editor workflows
        """.split(separator: "\n").map(String.init)
}
