// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "embedder",
    platforms: [.macOS(.v26)],
    dependencies: [
        // Without traits: neither SQLite nor JavaScriptCore is needed to build or to run.
        .package(name: "workflow", path: "../..", traits: [])
    ],
    targets: [
        .executableTarget(
            name: "embedder",
            dependencies: [
                .product(name: "WorkflowCore", package: "workflow"),
                .product(name: "WorkflowModules", package: "workflow"),
            ]
        )
    ]
)
