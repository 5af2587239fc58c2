public import WorkflowCore

extension S3StorageModule {
    public static let descriptor = ModuleDescriptor(
        type: "storage.s3",
        summary: "Keeps objects in a bucket of S3, or of a server that speaks its protocol.",
        details: """
            As a message handler, for subscriptions of the section `messaging` and hooks of state machines, it puts the \
            content of messages as JSON under `key`. In `key`, `data` is that content, and `event.id` and `event.topic` \
            tell where it comes from. Write `${data.id}` rather than `${id}`, which would be an environment variable. A \
            message that comes again replaces the object that it made before, provided that `key` is the same.

            As a component it takes one of these inputs:

            | Input | Result |
            |---|---|
            | `{operation: put, key, content}`, or `json` or `contentBase64` in place of `content`, and perhaps `contentType` | `{operation, key, etag}` |
            | `{operation: get, key}` | `{operation, key, contentType}` and `json` for JSON, `content` for other text, `contentBase64` for anything else |
            | `{operation: delete, key}` | `{operation, key}`, also when there is no such object |
            | anything without `operation`, such as what `processing.step` gives | that of `put`: the input is put as JSON under `key` |

            Keys must not have a part `.` or `..`. Requests carry AWS Signature Version 4. Those that are answered with \
            408, 425, 429 or 5xx, or not at all, are sent again up to `maxRetries` times, after 1 to 60 seconds or what \
            `Retry-After` says; other refusals are failures at once. A failure of a message handler is the broker's, of \
            a component the step's.
            """,
        provides: [.messageHandler, .component],
        examples: [
            ModuleDescriptor.Example(
                "Archive paid orders",
                yaml: """
                    modules:
                      - name: events
                        type: messaging.broker
                      - name: archive
                        type: storage.s3
                        config:
                          bucket: orders-archive
                          region: eu-central-1
                          accessKeyId: ${AWS_ACCESS_KEY_ID:-AKIAIOSFODNN7EXAMPLE}
                          secretAccessKey: ${AWS_SECRET_ACCESS_KEY:-secret}
                          key: paid/${data.id}.json
                    workflows:
                      messaging:
                        subscriptions:
                          - topic: order.paid
                            handler: archive
                    """),
            ModuleDescriptor.Example(
                "A bucket on a server of one's own",
                yaml: """
                    modules:
                      - name: archive
                        type: storage.s3
                        config:
                          bucket: archive
                          endpoint: http://localhost:9000
                          accessKeyId: ${S3_ACCESS_KEY:-local}
                          secretAccessKey: ${S3_SECRET_KEY:-local-secret}
                          maxObjectSize: 4MB
                    """),
        ])
}
