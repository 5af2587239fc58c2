public import WorkflowCore

extension ReverseProxyModule {
    public static let descriptor = ModuleDescriptor(
        type: "http.proxy", aliases: ["reverseproxy"], settingsKey: "reverseproxy",
        summary: "Passes requests on to other servers, by path, and their responses back.",
        details: """
            Bodies are passed on while they arrive, both ways, and no faster than the other side takes them. When \
            the client goes away the request to the backend is broken off; when a backend breaks off within a \
            response, so is the connection to the client. Redirects are passed back and never followed.

            `routes` and `compositeRoutes` give each path its backend; `/users/*` is `/users` and everything below \
            it, and the most specific path wins. They become routes of the router, which those of the configuration \
            go before; when `workflows.http` routes to the proxy, only those routes lead to it. The path is passed \
            on as it is, after that of the backend's URL.

            Header fields for one connection only are removed, `Host` becomes the backend's, and `X-Forwarded-For`, \
            `X-Forwarded-Proto` and `X-Forwarded-Host` say where the request came from: the first is the address \
            that the server has found out with its `trustedProxies`, whatever the client wrote. With \
            `forwardHeaders` only those fields are passed on, with the ones that describe the body and the trace.

            A backend that cannot be reached or answers badly is 502, one that takes too long 504; when its circuit \
            is open or all its targets are unhealthy the client gets 503 with `Retry-After`. A request for WebSocket \
            or another upgrade of HTTP/1.1 becomes a tunnel when the backend agrees.

            Metrics: `proxy_requests_total`, `proxy_upstream_duration_seconds`, `proxy_open_circuits`, \
            `proxy_tunnels`.
            """,
        provides: [.httpHandler], requires: [.init(.httpRouter, optional: true)],
        examples: [
            .init(
                "A gateway in front of two services",
                yaml: """
                    modules:
                      - name: server
                        type: http.server
                        config: {address: "127.0.0.1:8080"}
                      - name: router
                        type: http.router
                      - name: gateway
                        type: http.proxy
                        config:
                          backendServices:
                            users: http://127.0.0.1:9001
                            orders: [http://127.0.0.1:9002, http://127.0.0.1:9003]
                          routes:
                            /api/users/*: users
                            /api/orders/*: orders
                          compositeRoutes:
                            /api/overview: {backends: [users, orders], strategy: merge}
                          defaultBackend: users
                          requestTimeout: 10s
                          circuitBreaker: {enabled: true, failureThreshold: 5, openTimeout: 30s}
                    """),
            .init(
                "Behind middlewares",
                yaml: """
                    modules:
                      - name: server
                        type: http.server
                        config: {address: "127.0.0.1:8080"}
                      - name: router
                        type: http.router
                      - name: rate-limiter
                        type: http.middleware.ratelimit
                      - name: gateway
                        type: http.proxy
                        config:
                          backendServices: {api: "http://127.0.0.1:9001"}
                          defaultBackend: api
                    workflows:
                      http:
                        routes:
                          - {method: "*", path: "/api/{path...}", handler: gateway, middlewares: [rate-limiter]}
                    """),
        ])
}
