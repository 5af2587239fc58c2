public import WorkflowCore
import WorkflowHTTP
import WorkflowModules

#if Kafka
import WorkflowKafka
#endif
#if NATS
import WorkflowNATS
#endif
#if PostgreSQL
import WorkflowStorePostgreSQL
#endif
#if Redis
import WorkflowRedis
#endif
#if SQLite
import WorkflowStoreSQLite
#endif

/// What comes with the engine, as far as the package traits include it.
public enum StandardCatalog {
    /// A registry of all module types.
    public static var registry: ModuleRegistry {
        var types = StandardModules.all + HTTPModules.all
        #if Kafka
        types += KafkaModules.all
        #endif
        #if NATS
        types += NATSModules.all
        #endif
        #if Redis
        types += RedisModules.all
        #endif
        return ModuleRegistry(types)
    }

    /// Who makes brokers that need a driver, for ``EngineEnvironment/brokerProviders``.
    public static var brokerProviders: [String: any BrokerProvider.Type] {
        var providers: [String: any BrokerProvider.Type] = [:]
        #if Kafka
        providers[KafkaBrokerProvider.name] = KafkaBrokerProvider.self
        #endif
        #if NATS
        providers[NATSBrokerProvider.name] = NATSBrokerProvider.self
        #endif
        #if Redis
        providers[RedisBrokerProvider.name] = RedisBrokerProvider.self
        #endif
        return providers
    }

    /// The kinds of databases that modules can open, for ``EngineEnvironment/databaseDrivers``.
    public static var databaseDrivers: [any DatabaseDriver] {
        var drivers: [any DatabaseDriver] = []
        #if SQLite
        drivers.append(SQLiteDriver())
        #endif
        #if PostgreSQL
        drivers.append(PostgreSQLDriver())
        #endif
        return drivers
    }
}
