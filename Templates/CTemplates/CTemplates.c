// The templates of `wfctl init`, as they stand in the folders beside this one. A test compares the list with the folders.
#include "CTemplates.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const workflow_template_file files[] = {
    {"api/.gitignore", (const unsigned char[]){
#embed "../api/.gitignore" suffix(, 0) if_empty(0)
    }},
    {"api/Dockerfile", (const unsigned char[]){
#embed "../api/Dockerfile" suffix(, 0) if_empty(0)
    }},
    {"api/README.md", (const unsigned char[]){
#embed "../api/README.md" suffix(, 0) if_empty(0)
    }},
    {"api/components/triage.js", (const unsigned char[]){
#embed "../api/components/triage.js" suffix(, 0) if_empty(0)
    }},
    {"api/workflow.test.yaml", (const unsigned char[]){
#embed "../api/workflow.test.yaml" suffix(, 0) if_empty(0)
    }},
    {"api/workflow.yaml", (const unsigned char[]){
#embed "../api/workflow.yaml" suffix(, 0) if_empty(0)
    }},
    {"embedded-swift/.gitignore", (const unsigned char[]){
#embed "../embedded-swift/.gitignore" suffix(, 0) if_empty(0)
    }},
    {"embedded-swift/Dockerfile", (const unsigned char[]){
#embed "../embedded-swift/Dockerfile" suffix(, 0) if_empty(0)
    }},
    {"embedded-swift/Package.swift", (const unsigned char[]){
#embed "../embedded-swift/Package.swift" suffix(, 0) if_empty(0)
    }},
    {"embedded-swift/README.md", (const unsigned char[]){
#embed "../embedded-swift/README.md" suffix(, 0) if_empty(0)
    }},
    {"embedded-swift/Sources/App/App.swift", (const unsigned char[]){
#embed "../embedded-swift/Sources/App/App.swift" suffix(, 0) if_empty(0)
    }},
    {"embedded-swift/Sources/App/Greeter.swift", (const unsigned char[]){
#embed "../embedded-swift/Sources/App/Greeter.swift" suffix(, 0) if_empty(0)
    }},
    {"embedded-swift/Tests/AppTests/ConfigurationTests.swift", (const unsigned char[]){
#embed "../embedded-swift/Tests/AppTests/ConfigurationTests.swift" suffix(, 0) if_empty(0)
    }},
    {"embedded-swift/greetings.yaml", (const unsigned char[]){
#embed "../embedded-swift/greetings.yaml" suffix(, 0) if_empty(0)
    }},
    {"embedded-swift/workflow.test.yaml", (const unsigned char[]){
#embed "../embedded-swift/workflow.test.yaml" suffix(, 0) if_empty(0)
    }},
    {"embedded-swift/workflow.yaml", (const unsigned char[]){
#embed "../embedded-swift/workflow.yaml" suffix(, 0) if_empty(0)
    }},
    {"events/.gitignore", (const unsigned char[]){
#embed "../events/.gitignore" suffix(, 0) if_empty(0)
    }},
    {"events/Dockerfile", (const unsigned char[]){
#embed "../events/Dockerfile" suffix(, 0) if_empty(0)
    }},
    {"events/README.md", (const unsigned char[]){
#embed "../events/README.md" suffix(, 0) if_empty(0)
    }},
    {"events/components/alarm.js", (const unsigned char[]){
#embed "../events/components/alarm.js" suffix(, 0) if_empty(0)
    }},
    {"events/workflow.test.yaml", (const unsigned char[]){
#embed "../events/workflow.test.yaml" suffix(, 0) if_empty(0)
    }},
    {"events/workflow.yaml", (const unsigned char[]){
#embed "../events/workflow.yaml" suffix(, 0) if_empty(0)
    }},
    {"hello/.gitignore", (const unsigned char[]){
#embed "../hello/.gitignore" suffix(, 0) if_empty(0)
    }},
    {"hello/Dockerfile", (const unsigned char[]){
#embed "../hello/Dockerfile" suffix(, 0) if_empty(0)
    }},
    {"hello/README.md", (const unsigned char[]){
#embed "../hello/README.md" suffix(, 0) if_empty(0)
    }},
    {"hello/components/writer.js", (const unsigned char[]){
#embed "../hello/components/writer.js" suffix(, 0) if_empty(0)
    }},
    {"hello/workflow.test.yaml", (const unsigned char[]){
#embed "../hello/workflow.test.yaml" suffix(, 0) if_empty(0)
    }},
    {"hello/workflow.yaml", (const unsigned char[]){
#embed "../hello/workflow.yaml" suffix(, 0) if_empty(0)
    }},
    {"integration/.gitignore", (const unsigned char[]){
#embed "../integration/.gitignore" suffix(, 0) if_empty(0)
    }},
    {"integration/Dockerfile", (const unsigned char[]){
#embed "../integration/Dockerfile" suffix(, 0) if_empty(0)
    }},
    {"integration/README.md", (const unsigned char[]){
#embed "../integration/README.md" suffix(, 0) if_empty(0)
    }},
    {"integration/workflow.test.yaml", (const unsigned char[]){
#embed "../integration/workflow.test.yaml" suffix(, 0) if_empty(0)
    }},
    {"integration/workflow.yaml", (const unsigned char[]){
#embed "../integration/workflow.yaml" suffix(, 0) if_empty(0)
    }},
    {"scheduled/.gitignore", (const unsigned char[]){
#embed "../scheduled/.gitignore" suffix(, 0) if_empty(0)
    }},
    {"scheduled/Dockerfile", (const unsigned char[]){
#embed "../scheduled/Dockerfile" suffix(, 0) if_empty(0)
    }},
    {"scheduled/README.md", (const unsigned char[]){
#embed "../scheduled/README.md" suffix(, 0) if_empty(0)
    }},
    {"scheduled/components/report.js", (const unsigned char[]){
#embed "../scheduled/components/report.js" suffix(, 0) if_empty(0)
    }},
    {"scheduled/workflow.test.yaml", (const unsigned char[]){
#embed "../scheduled/workflow.test.yaml" suffix(, 0) if_empty(0)
    }},
    {"scheduled/workflow.yaml", (const unsigned char[]){
#embed "../scheduled/workflow.yaml" suffix(, 0) if_empty(0)
    }},
    {"store/.gitignore", (const unsigned char[]){
#embed "../store/.gitignore" suffix(, 0) if_empty(0)
    }},
    {"store/Dockerfile", (const unsigned char[]){
#embed "../store/Dockerfile" suffix(, 0) if_empty(0)
    }},
    {"store/README.md", (const unsigned char[]){
#embed "../store/README.md" suffix(, 0) if_empty(0)
    }},
    {"store/components/payment.js", (const unsigned char[]){
#embed "../store/components/payment.js" suffix(, 0) if_empty(0)
    }},
    {"store/components/shipping.js", (const unsigned char[]){
#embed "../store/components/shipping.js" suffix(, 0) if_empty(0)
    }},
    {"store/seed/products.json", (const unsigned char[]){
#embed "../store/seed/products.json" suffix(, 0) if_empty(0)
    }},
    {"store/workflow.test.yaml", (const unsigned char[]){
#embed "../store/workflow.test.yaml" suffix(, 0) if_empty(0)
    }},
    {"store/workflow.yaml", (const unsigned char[]){
#embed "../store/workflow.yaml" suffix(, 0) if_empty(0)
    }},
};

const workflow_template_file *workflow_template_files(size_t *count) {
    *count = sizeof files / sizeof *files;
    return files;
}
