public import WorkflowCore

extension HTTPClientModule {
    public static let descriptor = ModuleDescriptor(
        type: "httpclient.modular", settingsKey: "httpclient",
        summary: "Sends HTTP requests that messages, steps, jobs and other modules describe.",
        details: """
            A request is `{method, url, headers, query, body, timeout}`; the answer is \
            `{statusCode, success, headers, body}`. Only `url` is needed, and not even that with `baseURL`. `method` is \
            GET unless something else is said. `query` is a mapping whose values are texts, numbers, or lists of them. A \
            `body` that is no text is sent as JSON. `timeout`, in seconds, shortens `requestTimeout`. `success` tells \
            whether the status is 2xx; `body` is JSON when the answer says that it is, otherwise text.

            The module is a **component** (for `processing.step`, and for jobs: their `config` is the request), a **step** \
            (the request is the key `request` of the data, or the data itself) and a **message handler** (the request is \
            the content of the message). `Idempotency-Key` is sent along: the key of the step, the `idempotencyKey` of \
            the input of a component, the `id` of the message. A request that is not answered, or with a \
            status that promises better luck later (408, 425, 429, 5xx), is an error and may be tried again. Any other \
            status that is not 2xx is the answer no: it fires `compensateTransition`, and a message is delivered \
            again until it is a dead letter.

            **Where requests may go.** To `allowedHosts` and the host of `baseURL`; without both, to all hosts. \
            Redirects are followed within one host, five at most. A host may only have public addresses: those of this \
            machine and of private networks need `allowPrivate`, all others that are not public, such as those of \
            metadata services, `allowedAddresses`. An address, or `localhost`, that `baseURL` or `allowedHosts` names \
            itself is allowed. Each address is checked when the host is looked up, and again on the connection before \
            anything is sent.
            """,
        provides: [.component, .processingStep, .messageHandler],
        examples: [
            ModuleDescriptor.Example(
                "A job that has another service clean up every night",
                yaml: """
                    modules:
                      - name: inventory
                        type: httpclient.modular
                        config:
                          baseURL: https://inventory.example.com/api
                          headers: {Authorization: "Bearer ${INVENTORY_TOKEN:-only-for-trying-this-out}"}
                      - name: nightly
                        type: scheduler.cron
                        config:
                          cronExpression: 30 2 * * *
                    workflows:
                      scheduler:
                        jobs:
                          - scheduler: nightly
                            job: inventory
                            config:
                              method: POST
                              url: /clean-up
                              query: {before: 30d}
                    httpclient:
                      requestTimeout: 10s
                    """)
        ])
}
