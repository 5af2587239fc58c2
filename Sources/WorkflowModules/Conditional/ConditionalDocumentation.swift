/// What the pages of all conditionals have in common.
enum ConditionalDocumentation {
    static let details = """
        It is a message handler for subscriptions of the section `messaging`, a step for hooks of state machines, and a \
        component for `processing.step`. The module of the branch gets the same message, step or input, and its result \
        is the result. Branches may lead to other conditionals, but not in a circle.

        | called as | what the module of the branch can be, the first that it is |
        |---|---|
        | message handler | message handler, component, processing step without transitions |
        | step of a hook | processing step, component, message handler |
        | component | component, processing step without transitions, message handler |

        A `processing.step` behind a hook fires its own `successTransition` and `compensateTransition`. Its component is \
        the right branch for messages.

        **Names.** In `expression`, `data` is the content of the message, the data of the step (with `workflowId`, \
        `instanceId`, `transition`, `fromState` and `toState`) or the input; its keys can be named without `data`. \
        `event.id` and `event.topic` tell where it comes from; other keys of `event` are those of the data. An \
        expression that has no value, such as the sum of a text and nothing, fails the call.
        """
}
