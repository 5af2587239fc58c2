import WorkflowCore

/// What is known of a provider without its secret: the member `config`.
enum IAMSettings: Sendable, Hashable {
    struct OpenIDConnect: Sendable, Hashable {
        let issuer: String
        let audience: String
        /// The claim that tells the identity.
        let claim: String
    }

    struct Kubernetes: Sendable, Hashable {
        let server: String
        /// Who vouches for the server, in PEM; empty for whoever the system trusts.
        let certificates: String
        /// For whom tokens must be; empty for the platform.
        let audience: String
        /// Where service accounts must be; empty for anywhere.
        let namespace: String
        /// What people call the cluster.
        let cluster: String
    }

    struct AWS: Sendable, Hashable {
        let account: String
        let region: String
    }

    case openIDConnect(OpenIDConnect)
    case kubernetes(Kubernetes)
    case aws(AWS)

    /// Whether a secret given for other settings would go to somebody else with these.
    func sendsSecretElsewhere(than other: IAMSettings) -> Bool {
        guard case .kubernetes(let new) = self, case .kubernetes(let old) = other else { return false }
        return new.server != old.server || new.certificates != old.certificates
    }

    /// The settings as clients see them.
    var json: JSONObject {
        switch self {
        case .openIDConnect(let settings):
            [
                "issuer": .string(settings.issuer), "client_id": .string(settings.audience),
                "claim_key": .string(settings.claim),
            ]
        case .kubernetes(let settings):
            [
                "server": .string(settings.server), "ca_certificate": .string(settings.certificates),
                "audience": .string(settings.audience), "namespace": .string(settings.namespace),
                "cluster_name": .string(settings.cluster),
            ]
        case .aws(let settings):
            ["account_id": .string(settings.account), "region": .string(settings.region)]
        }
    }
}
