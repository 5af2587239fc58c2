// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "workflow",
    platforms: [.macOS(.v26)],
    products: [
        .library(name: "WorkflowCore", targets: ["WorkflowCore"]),
        .library(name: "WorkflowModules", targets: ["WorkflowModules"]),
        .library(name: "WorkflowHTTP", targets: ["WorkflowHTTP"]),
        .library(name: "WorkflowStore", targets: ["WorkflowStore"]),
        .library(name: "WorkflowStoreSQLite", targets: ["WorkflowStoreSQLite"]),
        .library(name: "WorkflowStorePostgreSQL", targets: ["WorkflowStorePostgreSQL"]),
        .library(name: "WorkflowKafka", targets: ["WorkflowKafka"]),
        .library(name: "WorkflowNATS", targets: ["WorkflowNATS"]),
        .library(name: "WorkflowRedis", targets: ["WorkflowRedis"]),
        .library(name: "WorkflowJavaScript", targets: ["WorkflowJavaScript"]),
        .library(name: "WorkflowCatalog", targets: ["WorkflowCatalog"]),
        .library(name: "WorkflowOpenAPI", targets: ["WorkflowOpenAPI"]),
        .library(name: "WorkflowPlatform", targets: ["WorkflowPlatform"]),
        .library(name: "WorkflowTesting", targets: ["WorkflowTesting"]),
        .library(name: "WorkflowTestRunner", targets: ["WorkflowTestRunner"]),
        .library(name: "WorkflowCommandLine", targets: ["WorkflowCommandLine"]),
        .executable(name: "wfctl", targets: ["wfctl"]),
        .executable(name: "wfserver", targets: ["wfserver"]),
    ],
    traits: [
        .trait(name: "SQLite", description: "Durable state on SQLite, through GRDB. Needs libsqlite3."),
        .trait(name: "PostgreSQL", description: "State that several processes share, on PostgreSQL. Needs libpq."),
        .trait(name: "Kafka", description: "Messages between nodes on Kafka. Needs librdkafka."),
        .trait(name: "NATS", description: "Messages between nodes on NATS. Needs libnats."),
        .trait(
            name: "Redis",
            description: "Messages, caches, rate limits and revoked tokens between nodes on Redis. Needs libhiredis."),
        .trait(
            name: "JavaScript",
            description: "Components in JavaScript, on JavaScriptCore. Needs libjavascriptcoregtk-4.1 at run time."),
        .default(enabledTraits: ["SQLite", "PostgreSQL", "Kafka", "NATS", "Redis", "JavaScript"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        .target(
            name: "WorkflowCore",
            dependencies: [
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
                .product(name: "Yams", package: "Yams"),
            ]
        ),
        .target(
            name: "WorkflowModules",
            dependencies: [
                "WorkflowCore",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]
        ),
        .target(
            name: "WorkflowStore",
            dependencies: ["WorkflowCore", .product(name: "Logging", package: "swift-log")]
        ),
        .target(
            name: "WorkflowStoreSQLite",
            dependencies: [
                "WorkflowCore",
                "WorkflowStore",
                .product(name: "GRDB", package: "GRDB.swift", condition: .when(traits: ["SQLite"])),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
        .target(
            name: "WorkflowStorePostgreSQL",
            dependencies: [
                "WorkflowCore",
                "WorkflowStore",
                .target(name: "CLibPQ", condition: .when(traits: ["PostgreSQL"])),
                .product(
                    name: "DequeModule", package: "swift-collections", condition: .when(traits: ["PostgreSQL"])),
            ]
        ),
        .systemLibrary(
            name: "CKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"]), .brew(["librdkafka"])]),
        .target(
            name: "WorkflowKafka",
            dependencies: [
                "WorkflowCore", "WorkflowModules",
                .target(name: "CKafka", condition: .when(traits: ["Kafka"])),
                .product(name: "DequeModule", package: "swift-collections", condition: .when(traits: ["Kafka"])),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .systemLibrary(name: "CNATS", pkgConfig: "libnats", providers: [.apt(["libnats-dev"]), .brew(["cnats"])]),
        .target(
            name: "WorkflowNATS",
            dependencies: [
                "WorkflowCore", "WorkflowModules",
                .target(name: "CNATS", condition: .when(traits: ["NATS"])),
                .product(name: "DequeModule", package: "swift-collections", condition: .when(traits: ["NATS"])),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .systemLibrary(
            name: "CHiredis", pkgConfig: "hiredis", providers: [.apt(["libhiredis-dev"]), .brew(["hiredis"])]),
        .target(
            name: "WorkflowRedis",
            dependencies: [
                "WorkflowCore", "WorkflowModules",
                .target(name: "CHiredis", condition: .when(traits: ["Redis"])),
                .product(name: "Crypto", package: "swift-crypto", condition: .when(traits: ["Redis"])),
                .product(name: "DequeModule", package: "swift-collections", condition: .when(traits: ["Redis"])),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .target(
            name: "WorkflowHTTP",
            dependencies: [
                "WorkflowCore",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        .target(
            name: "CJavaScriptCore",
            linkerSettings: [.linkedFramework("JavaScriptCore", .when(platforms: [.macOS, .iOS]))]
        ),
        .target(
            name: "WorkflowJavaScript",
            dependencies: [
                "WorkflowCore",
                .target(name: "CJavaScriptCore", condition: .when(traits: ["JavaScript"])),
                .product(name: "Crypto", package: "swift-crypto", condition: .when(traits: ["JavaScript"])),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .target(
            name: "WorkflowCatalog",
            dependencies: [
                "WorkflowCore", "WorkflowModules", "WorkflowHTTP", "WorkflowStore", "WorkflowStoreSQLite",
                "WorkflowStorePostgreSQL", "WorkflowKafka", "WorkflowNATS", "WorkflowRedis", "WorkflowJavaScript",
            ]
        ),
        .target(
            name: "WorkflowTesting",
            dependencies: ["WorkflowCore", .product(name: "Logging", package: "swift-log")]
        ),
        .target(
            name: "WorkflowCommandLine",
            dependencies: ["WorkflowCore", "WorkflowHTTP", "WorkflowJavaScript", "WorkflowCatalog"]
        ),
        // What `wfserver run`, `wfctl run` and `wfctl dev` have in common.
        .target(
            name: "WorkflowServer",
            dependencies: [
                "WorkflowCore", "WorkflowModules", "WorkflowHTTP", "WorkflowStore", "WorkflowStoreSQLite",
                "WorkflowStorePostgreSQL", "WorkflowJavaScript", "WorkflowCatalog", "WorkflowCommandLine",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        ),
        // The templates of `wfctl init`, which become part of the program when it is compiled.
        .target(name: "CTemplates", path: "Templates/CTemplates"),
        .target(
            name: "WorkflowPlatform",
            dependencies: [
                "WorkflowCore", "WorkflowHTTP", "WorkflowModules", "WorkflowStore",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]
        ),
        .target(
            name: "WorkflowOpenAPI",
            dependencies: ["WorkflowCore", .product(name: "HTTPTypes", package: "swift-http-types")]
        ),
        .target(name: "CTaskHook"),
        .target(
            name: "WorkflowTestRunner",
            dependencies: [
                "CTaskHook", "WorkflowCore", "WorkflowModules", "WorkflowHTTP", "WorkflowTesting", "WorkflowKafka",
                "WorkflowNATS",
                "WorkflowRedis",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .executableTarget(
            name: "wfctl",
            dependencies: [
                "CTemplates", "WorkflowCore", "WorkflowCatalog", "WorkflowCommandLine", "WorkflowHTTP",
                "WorkflowJavaScript", "WorkflowModules", "WorkflowOpenAPI", "WorkflowPlatform", "WorkflowServer",
                "WorkflowTestRunner",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]
        ),
        .executableTarget(
            name: "wfserver",
            dependencies: [
                "WorkflowCore", "WorkflowCatalog", "WorkflowCommandLine", "WorkflowHTTP", "WorkflowJavaScript",
                "WorkflowPlatform", "WorkflowServer", "WorkflowStore", "WorkflowStorePostgreSQL", "WorkflowStoreSQLite",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        ),
        .testTarget(
            name: "WorkflowCoreTests",
            dependencies: [
                "WorkflowCore", "WorkflowTesting", .product(name: "HTTPTypes", package: "swift-http-types"),
            ]),
        .testTarget(
            name: "WorkflowModulesTests",
            dependencies: [
                "WorkflowModules", "WorkflowTesting",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]
        ),
        .testTarget(
            name: "WorkflowStoreTests",
            dependencies: [
                "WorkflowCore", "WorkflowModules", "WorkflowStoreSQLite", "WorkflowStore", "WorkflowTesting",
            ]),
        .target(name: "TestServices", path: "Tests/TestServices"),
        .testTarget(
            name: "WorkflowStorePostgreSQLTests",
            dependencies: [
                "TestServices", "WorkflowCore", "WorkflowModules", "WorkflowStore", "WorkflowStorePostgreSQL",
                "WorkflowTesting",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "WorkflowKafkaTests",
            dependencies: [
                "TestServices", "WorkflowCore", "WorkflowKafka", "WorkflowModules", "WorkflowTesting",
                .target(name: "CKafka", condition: .when(traits: ["Kafka"])),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "WorkflowNATSTests",
            dependencies: ["TestServices", "WorkflowCore", "WorkflowModules", "WorkflowNATS", "WorkflowTesting"]),
        .testTarget(
            name: "WorkflowRedisTests",
            dependencies: [
                "TestServices", "WorkflowCore", "WorkflowHTTP", "WorkflowModules", "WorkflowRedis", "WorkflowTesting",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .testTarget(
            name: "WorkflowHTTPTests",
            dependencies: [
                "TestServices", "WorkflowCore", "WorkflowHTTP", "WorkflowModules", "WorkflowTesting",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        .testTarget(name: "WorkflowJavaScriptTests", dependencies: ["WorkflowJavaScript", "WorkflowTesting"]),
        // On its own, since it takes over the running of all tasks.
        .testTarget(
            name: "WorkflowTestRunnerTests", dependencies: ["WorkflowCatalog", "WorkflowCore", "WorkflowTestRunner"]),
        .testTarget(
            name: "WorkflowControlTests",
            dependencies: [
                "TestServices", "WorkflowCore", "WorkflowModules", "WorkflowPlatform", "wfctl", "wfserver",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        .testTarget(
            name: "WorkflowPlatformTests",
            dependencies: [
                "TestServices", "WorkflowCore", "WorkflowHTTP", "WorkflowModules", "WorkflowPlatform", "WorkflowStore",
                "WorkflowStorePostgreSQL", "WorkflowStoreSQLite", "WorkflowTesting",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        // On its own, since it keeps the threads that all tasks share busy.
        .testTarget(
            name: "WorkflowSimulationTests",
            dependencies: [
                "WorkflowCore", "WorkflowTesting", .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "TestServices", "WorkflowCatalog", "WorkflowCore", "WorkflowModules", "WorkflowStore",
                "WorkflowStorePostgreSQL",
                "WorkflowServer", "WorkflowStoreSQLite", "WorkflowTesting", "wfserver",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]
        ),
    ]
)

for target in package.targets where target.type != .system {
    var settings = target.swiftSettings ?? []
    settings += [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
    if Context.environment["WORKFLOW_STRICT"] != nil {
        settings.append(.treatAllWarnings(as: .error))
    }
    target.swiftSettings = settings
}
