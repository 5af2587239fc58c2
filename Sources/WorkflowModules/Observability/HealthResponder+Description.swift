import HTTPTypes
public import WorkflowCore

extension HealthResponder {
    /// Describes the answers of the paths that end with `ending`.
    static func operations(_ ending: String, on route: RouteDescription) -> [OperationDescription] {
        guard !route.methods(of: [.get]).isEmpty else { return [] }
        return switch ending {
        case "livez":
            [
                OperationDescription(
                    .get, name: "livez", summary: "Whether the process answers",
                    responses: [ResponseDescription(200, "It does.", content: [.json(status(["alive"]))])])
            ]
        case "readyz":
            [
                OperationDescription(
                    .get, name: "readyz", summary: "Whether to send requests here",
                    responses: [
                        ResponseDescription(200, "It is ready.", content: [.json(status(["ready"]))]),
                        ResponseDescription(503, "It is not.", content: [.json(status(["not_ready"]))]),
                    ])
            ]
        default:
            [
                OperationDescription(
                    .get, name: "healthz", summary: "The health of the parts",
                    responses: [
                        ResponseDescription(200, "Healthy, or somewhat worse.", content: [.json(report)]),
                        ResponseDescription(503, "Not healthy.", content: [.json(report)]),
                    ])
            ]
        }
    }

    private static func status(_ words: [JSONValue]) -> JSONValue {
        ["type": "object", "required": ["status"], "properties": ["status": ["enum": .array(words)]]]
    }

    private static var report: JSONValue {
        let level: JSONValue = ["enum": ["healthy", "degraded", "unhealthy"]]
        return [
            "type": "object", "required": ["status", "checks"],
            "properties": [
                "status": level,
                "checks": [
                    "type": "object",
                    "additionalProperties": [
                        "type": "object", "required": ["status"],
                        "properties": ["status": level, "message": ["type": "string"]],
                    ],
                ],
            ],
        ]
    }
}

extension HealthCheckerModule: DescribedHandler {
    public func operations(on route: RouteDescription) -> [OperationDescription] {
        let ending = ["livez", "readyz"].first { route.path.hasSuffix($0) } ?? "healthz"
        return HealthResponder.operations(ending, on: route)
    }
}
