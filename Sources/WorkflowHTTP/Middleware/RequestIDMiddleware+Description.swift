import HTTPTypes
public import WorkflowCore

extension RequestIDMiddleware: DescribedMiddleware {
    public func amend(_ operation: inout OperationDescription, on route: RouteDescription) {
        guard trustsIncoming, !operation.parameters.contains(where: { $0.name == name.rawName }) else { return }
        operation.parameters.append(
            ParameterDescription(
                .header, name.rawName,
                "Identifies the request in logs; the answer has it too. One is made when it is missing.",
                schema: ["type": "string", "maxLength": 128]))
    }
}
