// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "micro",
    platforms: [.macOS(.v26)],
    dependencies: [
        .package(name: "workflow", path: "../.."),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        .executableTarget(
            name: "micro",
            dependencies: [
                .product(name: "Logging", package: "swift-log"),
                .product(name: "WorkflowCore", package: "workflow"),
                .product(name: "WorkflowCatalog", package: "workflow"),
                .product(name: "WorkflowStoreSQLite", package: "workflow"),
                .product(name: "WorkflowStore", package: "workflow"),
            ]
        )
    ]
)
