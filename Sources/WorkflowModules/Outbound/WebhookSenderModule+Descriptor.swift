public import WorkflowCore

extension WebhookSenderModule {
    public static let descriptor = ModuleDescriptor(
        type: "webhook.sender",
        summary: "Sends events to a URL, again until they are taken.",
        details: """
            It is a message handler for subscriptions of the section `messaging`, a step for hooks of state machines, \
            and a component for `processing.step`. What is sent is the content of the message, the data of the step, or \
            the input of the component; or what `body` makes of it. In `body`, `data` is that content, `event.id` and \
            `event.topic` tell where it comes from. Write `${data.total}` rather than `${total}`, which would be an \
            environment variable.

            | The receiver answers | What follows |
            |---|---|
            | 2xx | success; a step or component gives `{statusCode, response}` |
            | 408, 425, 429, 5xx, or not at all | sent again after a while, or after `Retry-After`, up to `maxRetries` times |
            | anything else | failure at once; redirects are not followed |

            A receiver that asks for more than 5 minutes with `Retry-After` is not asked again, and an answer of more than \
            1 MB is a failure.

            After a failure, a broker delivers the message again, as its `maxDeliveries` says, and finally puts it among \
            the dead letters; a step fires `compensateTransition`. The attempts of one step are made in one run, which \
            is repeated after a crash.

            **Headers.** `Idempotency-Key` and `webhook-id` are the same for every attempt of one event, also after a \
            crash. With `secret`, requests are signed as [Standard Webhooks](https://www.standardwebhooks.com) says: \
            `webhook-signature` is `v1,` and the HMAC-SHA256 of `<webhook-id>.<webhook-timestamp>.<body>` in Base64. \
            Receivers should refuse a `webhook-timestamp` that is more than 5 minutes old.
            """,
        provides: [.messageHandler, .processingStep, .component],
        examples: [
            ModuleDescriptor.Example(
                "Tell a partner about paid orders",
                yaml: """
                    modules:
                      - name: events
                        type: messaging.broker
                        config:
                          maxDeliveries: 2
                      - name: notify-partner
                        type: webhook.sender
                        config:
                          url: https://partner.example.com/hooks/orders
                          headers:
                            Authorization: Bearer ${PARTNER_TOKEN:-none}
                          secret: ${PARTNER_SECRET:-whsec_c2VjcmV0IG9mIHRoZSBleGFtcGxl}
                          maxRetries: 5
                          timeout: 10s
                          body:
                            type: order.paid
                            order: ${data.id}
                            total: ${data.total}
                    workflows:
                      messaging:
                        subscriptions:
                          - topic: order.paid
                            handler: notify-partner
                    """)
        ])
}
