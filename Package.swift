// swift-tools-version: 6.2

import PackageDescription

let package = Package(
    name: "bellpull",
    products: [
        .executable(name: "bellpull", targets: ["bellpull"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", exact: "0.6.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
    ],
    targets: [
        // The C libraries. Only FastCGI imports CFastCGI, only Webhook imports COpenSSL.
        .systemLibrary(name: "CFastCGI", pkgConfig: "fcgi", providers: [.apt(["libfcgi-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        // Functions of Linux and glibc. Only Processes and Git import CLinux.
        .systemLibrary(name: "CLinux"),
        // The calls that build a fence. Only Fence imports CFence.
        .systemLibrary(name: "CFence"),

        // The leaves, which do not know each other.
        .target(name: "FastCGI", dependencies: ["CFastCGI"]),
        .target(name: "Webhook", dependencies: ["COpenSSL"]),
        .target(name: "Processes", dependencies: ["CLinux"]),
        .target(name: "Text"),

        // nginx's access log.
        .target(name: "AccessLog", dependencies: ["Processes", "Text"]),

        // A committer's command behind a fence.
        .target(name: "Fence", dependencies: ["CFence", "Processes", "Text"]),

        // The git command.
        .target(name: "Git", dependencies: ["CLinux", "Processes", "Text"]),

        // What bellpull is told: files and environment.
        .target(
            name: "Configuration",
            dependencies: ["Git", "Text", "Webhook", .product(name: "TOMLKit", package: "TOMLKit")]
        ),

        .target(name: "Deploy", dependencies: ["Fence", "Git", "Processes", "Text", "Webhook"]),
        .target(
            name: "SQLiteLedger",
            dependencies: ["Deploy", "Git", "Text", .product(name: "GRDB", package: "GRDB.swift")]),
        .target(
            name: "Endpoints",
            dependencies: [
                "FastCGI", "Webhook", "Processes", "Git", "Deploy", "Text",
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        // The pages for people, and the metrics.
        .target(
            name: "Pages",
            dependencies: [
                "Endpoints", "FastCGI", "Processes", "Git", "Deploy", "Text",
                .product(name: "Mustache", package: "swift-mustache"),
            ]
        ),
        .executableTarget(
            name: "bellpull",
            dependencies: [
                "FastCGI", "Webhook", "Processes", "Fence", "AccessLog", "Git", "Text", "Configuration", "Deploy",
                "SQLiteLedger", "Endpoints", "Pages",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            // The default linker warns of what the static Foundation calls.
            linkerSettings: [.unsafeFlags(["-use-ld=lld"])]
        ),

        // What several test targets share.
        .target(
            name: "TestSupport",
            dependencies: [
                "Processes", "Git", "Deploy", "SQLiteLedger", .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/TestSupport"),

        .testTarget(name: "FastCGITests", dependencies: ["FastCGI"]),
        .testTarget(name: "WebhookTests", dependencies: ["Webhook"]),
        .testTarget(name: "TextTests", dependencies: ["Text"]),
        .testTarget(name: "AccessLogTests", dependencies: ["AccessLog", "TestSupport"]),
        .testTarget(name: "ProcessesTests", dependencies: ["Processes", "TestSupport"]),
        // Changes the user of one thread.
        .systemLibrary(name: "CThreadUser", path: "Tests/CThreadUser"),
        .testTarget(
            name: "FenceTests", dependencies: ["bellpull", "Fence", "Processes", "Text", "CThreadUser", "TestSupport"]),
        .testTarget(name: "GitTests", dependencies: ["Git", "Processes", "Text", "TestSupport"]),
        .testTarget(name: "ConfigurationTests", dependencies: ["Configuration", "Git", "Webhook"]),
        .testTarget(
            name: "DeployTests",
            dependencies: [
                "bellpull", "Fence", "Deploy", "SQLiteLedger", "Git", "Processes", "Text", "Webhook", "TestSupport",
            ]),
        .testTarget(
            name: "SQLiteLedgerTests",
            dependencies: [
                "SQLiteLedger", "Deploy", "Git", "Text", "Webhook", "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            exclude: ["Fixtures/ledger-0.1.0.sql"]
        ),
        .testTarget(
            name: "LedgerContractTests",
            dependencies: [
                "SQLiteLedger", "Deploy", "Git", "Webhook", "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        .testTarget(name: "EndpointsTests", dependencies: ["Endpoints", "SQLiteLedger", "TestSupport"]),
        .testTarget(
            name: "PagesTests",
            dependencies: ["Pages", "Endpoints", "FastCGI", "Deploy", "Git", "SQLiteLedger", "TestSupport"]),
        .testTarget(
            name: "BellpullTests",
            dependencies: [
                "bellpull", "AccessLog", "Configuration", "Deploy", "FastCGI", "Git", "Processes", "SQLiteLedger",
                "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .testTarget(name: "EndToEndTests", dependencies: ["bellpull", "Configuration", "TestSupport"]),
    ],
    swiftLanguageModes: [.v6]
)
