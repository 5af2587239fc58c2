public import WorkflowCore

extension ChimuxRouterModule {
    public static let descriptor = ModuleDescriptor(
        type: "chimux.router", settingsKey: "chimux",
        summary: "Leads each request to its handler, with CORS, request identifiers and a request log built in.",
        details: """
            It is the router of `http.router`: routes come from `workflows.http`, from `triggers.http`, and from \
            modules that bring their own. What stands in the section `chimux` at the top of the file are the \
            settings of all modules of this type; a key in the `config` of a module goes before it.

            In front of every request stand, in this order: an identifier as in `http.middleware.requestid`, a line \
            in the log as in `http.middleware.logging`, CORS as in `http.middleware.cors`, and the modules of \
            `middlewares`. `middleware` and `cors: {enabled: false}` take them out. An error of a handler becomes \
            500 without details, and a line in the log.

            Addresses in `X-Forwarded-For` are only believed from proxies that `trustedProxies` of the server names, \
            since anybody may send that field; `realIP: false` is an error when the server names some.

            `basePath` is put before the paths that stand in the configuration; modules that bring their own routes \
            keep their paths.
            """,
        provides: [.httpRouter],
        examples: [
            .init(
                "A gateway",
                yaml: """
                    modules:
                      - name: server
                        type: httpserver.modular
                      - name: router
                        type: chimux.router
                      - name: gateway
                        type: reverseproxy
                    httpserver: {address: "127.0.0.1:8080"}
                    chimux:
                      allowedOrigins: ["https://app.example.com"]
                      allowedMethods: [GET, POST]
                      allowCredentials: true
                      maxAge: 5m
                      timeout: 30s
                    reverseproxy:
                      backendServices: {users: "http://127.0.0.1:9001", orders: "http://127.0.0.1:9002"}
                      routes: {/api/users/*: users, /api/orders/*: orders}
                      defaultBackend: users
                    """)
        ])
}
