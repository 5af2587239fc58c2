public import WorkflowCore

/// The module types of this target.
public enum HTTPModules {
    /// All of them, for a ``ModuleRegistry``.
    public static let all: [any WorkflowModule.Type] = [
        HTTPServerModule.self,
        HTTPRouterModule.self,
        HTTPHandlerModule.self,
        StaticFileServerModule.self,
        AuthMiddleware.self,
        LoggingMiddleware.self,
        RateLimitMiddleware.self,
        CORSMiddleware.self,
        RequestIDMiddleware.self,
        SecurityHeadersMiddleware.self,
        HTTPWorkflowModule.self,
        HTTPTriggerModule.self,
        ReverseProxyModule.self,
        ModularServerModule.self,
        ChimuxRouterModule.self,
    ]
}
