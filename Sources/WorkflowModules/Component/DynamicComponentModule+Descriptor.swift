public import WorkflowCore

extension DynamicComponentModule {
    public static let descriptor = ModuleDescriptor(
        type: "dynamic.component",
        summary: "A component written in JavaScript that steps of state machines run.",
        details: """
            The script is one file that sets `module.exports` to an object:

            | Member | Meaning |
            |---|---|
            | `execute(input)` | does the work and returns a JSON value; may be `async` |
            | `name` | optional: a name for people |
            | `contract` | optional: the inputs, which are checked, and the outputs, which are not |
            | `init(config)` | optional: gets the key `config` |
            | `start()`, `stop()` | optional: called before the first and after the last call |

            A contract is `{required_inputs, optional_inputs, outputs}`, each `{name: type}` or \
            `{name: {type, description, default}}`, with the types `string`, `int`, `float`, `bool`, `map`, `slice` and \
            `any`. Defaults are filled in; a call whose input does not fit fails without being made.

            What a script can always do:

            | Call | Meaning |
            |---|---|
            | `workflow.log.debug`, `.info`, `.warn`, `.error` `(message, metadata)`, and `console` | a line in the log |
            | `workflow.now()` | milliseconds since 1970 |
            | `workflow.random()`, `workflow.uuid()` | a number from 0 up to 1, a random UUID |
            | `workflow.sha256(text)`, `workflow.hmacSHA256(key, text)` | a digest, in hexadecimal digits |
            | `workflow.base64.encode(text)`, `.decode(text)` | text in UTF-8 to base64, and back |
            | `workflow.sleep(milliseconds)`, `setTimeout`, `clearTimeout`, `queueMicrotask` | later; `sleep` gives a promise |
            | `structuredClone`, `TextEncoder`, `TextDecoder` | copies; bytes of text in UTF-8, and back |

            Everything else must be granted with `allow`, and gives a promise:

            | Call | Grant |
            |---|---|
            | `workflow.fetch(url, {method, headers, body, timeoutMs})`, gives `{status, ok, headers, body}` | `http` |
            | `workflow.publish(topic, payload)` | `publish` |
            | `workflow.kv.get(key)`, `.set(key, value, {ttlSeconds})`, `.delete(key)` | `kv` |
            | `workflow.resource.get(type, id)`, gives `{id, type, state, data}` or `null` | `resources` |
            | `workflow.transition(instanceId, name, data)`, gives `{instanceId, currentState, transition, success}` | `transitions` |
            | `workflow.call(name, ...arguments)`, the same by name: `workflow.call("kv.get", key)` | that of the function |

            `fetch` follows redirects only within the same host and port, and never to another one.

            A call that uses more than its `limits` is stopped and fails; the engine goes on. Values of the module scope \
            live as long as the worker process does, so what must not be lost belongs into `workflow.kv`.

            The script can be replaced while it is in use, through the management API or by a change of its file: the new \
            one is compiled, probed and started first, and calls that the old one has finish on it. A script that does \
            not work never takes over.
            """,
        provides: [.component],
        requires: [.init(.messageBroker, optional: true)],
        examples: [
            ModuleDescriptor.Example(
                "A component that asks a shipping service",
                yaml: """
                    modules:
                      - name: events
                        type: messaging.broker
                      - name: shipping-service
                        type: dynamic.component
                        config:
                          source: components/shipping-service.js
                          config:
                            carrier: post
                          limits:
                            wallTime: 10s
                            memory: 64MB
                            concurrency: 16
                          allow:
                            http: [api.shipping.example]
                            publish: [shipping.*]
                            kv: true
                    """)
        ])
}
