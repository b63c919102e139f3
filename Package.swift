// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
]

/// The modules of the Python package, and the text that a Python starts with; BridgeSources.swift has their order.
let bridgeModules = [
    "bootstrap", "protocol", "failure", "llm_log", "body", "pieces", "sharing", "rehearsal", "imported_llm", "keys",
    "conversation", "memory", "child", "fork_server", "transcript", "shared_models", "shared_server", "start",
]

/// The page of a run; PageSources.swift has the order in which its files are joined.
let pageScripts = [
    "format", "dom", "blocks", "rows", "groups", "filters", "search", "fragment", "words", "json", "markdown", "charts",
    "summary", "toolbar", "grid", "answer", "cell", "parts", "keyboard", "page",
]
let pageStyles = ["base", "head", "grid", "cell", "summary", "media"]
let pageFiles =
    ["page/page.html"] + pageScripts.map { "page/\($0).js" } + pageStyles.map { "page/\($0).css" }
    + ["marked.umd.min", "purify.min", "diff"].map { "libraries/\($0).js" }

let package = Package(
    name: "nllm-batch",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "NllmCore", targets: ["NllmCore"]),
        .executable(name: "nllm-batch", targets: ["NllmBatch"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        .systemLibrary(
            name: "CSQLite",
            pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite3"])]
        ),
        .systemLibrary(
            name: "CPCRE2",
            pkgConfig: "libpcre2-8",
            providers: [.apt(["libpcre2-dev"]), .brew(["pcre2"])]
        ),
        .systemLibrary(
            name: "CZlib",
            pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]
        ),
        .target(
            name: "NllmCore",
            dependencies: [
                "CPCRE2",
                "CSQLite",
                "CZlib",
                "Yams",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            exclude: ["LLM/Bridge/nllm_bridge/__init__.py"],
            resources: bridgeModules.map { .embedInCode("LLM/Bridge/nllm_bridge/\($0).py") }
                + pageFiles.map { .embedInCode("Page/\($0)") }
                + [.embedInCode("Evaluation/Suites/suite.schema.json")],
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "NllmBatch",
            dependencies: [
                "NllmCore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "LibraryExample",
            dependencies: ["NllmCore"],
            path: "Examples/LibraryExample",
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "EngineBenchmark",
            dependencies: ["CSQLite", "NllmCore"],
            path: "Benchmarks/Engine",
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "NllmCoreTests",
            dependencies: ["NllmCore"],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "NllmBatchTests",
            dependencies: [
                "CSQLite",
                "NllmCore",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: swiftSettings
        ),
    ]
)
