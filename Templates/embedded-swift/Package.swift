// swift-tools-version: 6.2
import PackageDescription

// Where the engine is: a checkout beside this folder, unless WORKFLOW_PACKAGE names another one. For a release, take
//     .package(url: "https://…/workflow.git", from: "0.1.0", traits: [])
// instead of the path below.
let engine = Context.environment["WORKFLOW_PACKAGE"] ?? "../workflow"

let package = Package(
    name: "project-name",
    platforms: [.macOS(.v26)],
    dependencies: [
        // Without traits, neither SQLite nor JavaScriptCore is needed to build or to run. Name those that you want.
        .package(name: "workflow", path: engine, traits: [])
    ],
    targets: [
        .executableTarget(
            name: "App",
            dependencies: [
                .product(name: "WorkflowCore", package: "workflow"),
                .product(name: "WorkflowModules", package: "workflow"),
            ]
        ),
        .testTarget(name: "AppTests", dependencies: ["App", .product(name: "WorkflowCore", package: "workflow")]),
    ]
)
