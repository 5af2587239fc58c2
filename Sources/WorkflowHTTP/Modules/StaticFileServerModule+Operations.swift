import HTTPTypes
public import WorkflowCore

extension StaticFileServerModule: DescribedHandler {
    public func operations(on route: RouteDescription) -> [OperationDescription] {
        route.methods(of: [.get]).map { method in
            OperationDescription(
                method, name: "file", summary: "A file of \(route.module)",
                parameters: [
                    ParameterDescription(.header, "If-None-Match", "The entity tag that the client has."),
                    ParameterDescription(.header, "Range", "A part of the file, such as `bytes=0-1023`."),
                ],
                responses: [
                    ResponseDescription(
                        200, "The file.", content: [MediaDescription("*/*")],
                        headers: [.entityTag, .init("Cache-Control", "How long it may be kept.")]),
                    ResponseDescription(206, "The part that was asked for.", content: [MediaDescription("*/*")]),
                    ResponseDescription(304, "The client has it."),
                    ResponseDescription(307, "A folder; its name ends with `/`."),
                    .problem(404, "There is no such file."),
                    .problem(416, "The file does not have the part that was asked for."),
                ])
        }
    }
}
