#if Redis
public import WorkflowCore

extension RedisCacheModule {
    /// What the module type is.
    public static let descriptor = ModuleDescriptor(
        type: "cache.redis", summary: "Keeps answers to GET requests in Redis, for all processes.",
        details: """
            A middleware of routes that does what `cache.modular` does (see there for what is kept and what is not), \
            with the answers in Redis: each process gives what another one has kept, and a change through one of \
            them forgets the answers for all. Answers survive a reload and a restart.

            **Many equal requests at once** are answered by one call: within a process they wait for the first one, \
            and between processes for the one that has a lock in Redis, at most for `lockTimeout`.

            **When Redis is away** requests go through, uncached, and changes are remembered: the process that made \
            one forgets all answers as soon as Redis is back. Answers that other processes still reach are then at most \
            as old as their time to live. The health is degraded; the log says once that Redis is away, and once that \
            it is back. See `redis.connection` for the server.
            """,
        provides: [.httpMiddleware],
        examples: [
            ModuleDescriptor.Example(
                "A list that is asked for often, of several processes",
                yaml: """
                    modules:
                      - name: server
                        type: http.server
                        config: {address: "127.0.0.1:8080"}
                      - name: router
                        type: http.router
                      - name: cache
                        type: cache.redis
                        config:
                          url: redis://127.0.0.1:6379/0
                          defaultTTL: 30s
                          vary: [Accept-Language]
                      - name: products
                        type: http.handler
                    workflows:
                      http:
                        routes:
                          - {method: GET, path: /products, handler: products, middlewares: [cache]}
                          - {method: POST, path: /products, handler: products, middlewares: [cache]}
                    """)
        ])
}
#endif
