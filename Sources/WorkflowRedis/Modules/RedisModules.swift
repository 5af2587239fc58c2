#if Redis
public import WorkflowCore

/// The module types that use Redis.
public enum RedisModules {
    /// All of them, for a registry.
    public static let all: [any WorkflowModule.Type] = [
        RedisConnectionModule.self, RedisCacheModule.self, RedisStreamModule.self,
    ]
}

extension ServiceKind {
    /// A connection to Redis.
    static let redis = ServiceKind("Redis connection")
}
#endif
