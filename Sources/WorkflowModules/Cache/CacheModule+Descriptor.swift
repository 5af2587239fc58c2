public import WorkflowCore

extension CacheModule {
    public static let descriptor = ModuleDescriptor(
        type: "cache.modular", aliases: ["cache"], settingsKey: "cache",
        summary: "Keeps answers to GET requests in memory.",
        details: """
            A middleware of routes. Answers carry `X-Cache: hit` or `miss`, kept ones also `Age`. Requests are the \
            same when path, host, query (in any order), user, and the header fields of `vary` are. Requests of the \
            same kind that come while the first one is being answered wait for its answer.

            **Users.** Put it behind the middleware that checks tokens: each user then has answers of their own. A \
            request with `Authorization` or `Cookie` whose user is not known, and whose field is not in `vary`, is \
            passed on and its answer is not kept.

            **What is kept.** Complete answers with status 200, without `Set-Cookie`, whose `Cache-Control` has none \
            of `no-store`, `no-cache` and `private`, and whose `Vary` names only fields of `vary`. `s-maxage` and \
            `max-age` go before `defaultTTL`. Files and streams are not kept, nor are answers to requests for a part. \
            `If-None-Match` is answered with 304 from what is kept. `Cache-Control` of requests has no effect.

            **Changes.** A POST, PUT, PATCH or DELETE through the same module forgets the answers of its path, of \
            those below, and of those above, such as the list at `/orders` for `/orders/7`. List the module on the \
            routes that write as well. What changes in other ways is seen when the time is up. What is being answered \
            during a change is not kept.

            The answers are gone after a reload of the configuration.
            """,
        provides: [.httpMiddleware],
        examples: [
            ModuleDescriptor.Example(
                "A list that is asked for often",
                yaml: """
                    modules:
                      - name: server
                        type: http.server
                        config: {address: "127.0.0.1:8080"}
                      - name: router
                        type: http.router
                      - name: cache
                        type: cache.modular
                        config:
                          defaultTTL: 30s
                          maxItems: 1000
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
