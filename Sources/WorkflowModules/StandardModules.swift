public import WorkflowCore

/// The module types that need neither a database driver nor a server.
public enum StandardModules {
    /// All of them, in the order of the reference pages.
    public static let all: [any WorkflowModule.Type] = [
        StateMachineEngineModule.self,
        StateTrackerModule.self,
        StateConnectorModule.self,
        StateMachineWorkflowModule.self,
        ProcessingStepModule.self,
        DynamicComponentModule.self,
        IfElseModule.self,
        SwitchModule.self,
        ExpressionBranchModule.self,
        DataTransformerModule.self,
        WebhookSenderModule.self,
        SlackNotificationModule.self,
        S3StorageModule.self,
        MessageBrokerModule.self,
        MessageHandlerModule.self,
        MessagingWorkflowModule.self,
        EventTriggerModule.self,
        EventProcessorModule.self,
        EventWorkflowModule.self,
        SchedulerModule.self,
        SchedulerWorkflowModule.self,
        ScheduleTriggerModule.self,
        IntegrationRegistryModule.self,
        IntegrationWorkflowModule.self,
        JWTAuthentication.self,
        ResourceHandler.self,
        MetricsCollectorModule.self,
        HealthCheckerModule.self,
        OpenTelemetryModule.self,
        JSONSchemaModule.self,
        CacheModule.self,
        EventBusModule.self,
        EventBusTriggerModule.self,
        ModularSchedulerModule.self,
        HTTPClientModule.self,
        EventLoggerModule.self,
    ]
}
