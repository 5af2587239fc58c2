import WorkflowCommandLine

/// The files of a new component.
struct ComponentScaffold {
    private static let longest = 64

    let name: String

    /// Checks the name.
    ///
    /// - Throws: ``CommandFailure`` when it is not usable as the name of a file and a module.
    init(name: String) throws {
        let isName = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isName, let first = name.first, first.isLetter, name.count <= Self.longest else {
            let stem = name.hasSuffix(".js") ? String(name.dropLast(3)) : ""
            throw CommandFailure(
                .usage,
                "\"\(name)\" is not the name of a component: a letter, then up to 63 letters, digits and hyphens.",
                hint: stem.isEmpty ? "for example price-order" : "leave out the ending: \(stem)")
        }
        self.name = name
    }

    /// The files with their texts.
    var files: [(name: String, text: String)] {
        [("\(name).js", script), ("\(name).component.yaml", configuration), ("\(name).test.yaml", test)]
    }

    private var script: String {
        """
        // \(name): say here what it does.
        //
        //   wfctl component check \(name).js
        //   echo '{"name": "Ada"}' | wfctl component run \(name).js --input -
        "use strict";

        let greeting = "Hello";

        module.exports = {
          name: "\(name)",

          // Checked before each call; what is not named here may be there as well.
          contract: {
            required_inputs: { name: { type: "string", description: "Whom to greet" } },
            outputs: { text: { type: "string", description: "The greeting" } },
          },

          // Gets the key config of the module.
          init(config) {
            if (config && config.greeting) greeting = config.greeting;
          },

          // May be async. What it throws is tried again by the step; what it returns is merged into the data, and
          // { success: false, error: "…" } is a no that is not tried again.
          execute(input) {
            workflow.log.info("greeting", { name: input.name });
            return { text: `${greeting}, ${input.name}!` };
          },
        };

        """
    }

    private var configuration: String {
        """
        # The component by itself, for its test and for `wfctl component run --config`.
        modules:
          - name: \(name)
            type: dynamic.component
            config:
              source: \(name).js
              config: {greeting: Welcome}
              limits: {wallTime: 5s}
              # What the script may do besides computing:
              # allow: {http: [api.example.com], publish: [orders.*], kv: true}

        """
    }

    private var test: String {
        """
        # wfctl test \(name).test.yaml
        name: \(name)
        application: \(name).component.yaml

        tests:
          - name: it greets
            steps:
              - execute: {component: \(name), input: {name: Ada}}
                expect: {result: {text: "Welcome, Ada!"}}

          - name: it needs a name
            steps:
              - execute: {component: \(name), input: {}}
                expect: {error: {$contains: name}}

        """
    }
}
