// swift-tools-version: 6.3
import PackageDescription

/// Every Swift target is compiled with these: no implicit existentials, imports, or warnings.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// Rooms whose loops run over every byte or weight are optimised in debug builds too, or the tests would crawl.
let hot: [SwiftSetting] = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

let orderedCollections: Target.Dependency = .product(name: "OrderedCollections", package: "swift-collections")
let deques: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let yaml: Target.Dependency = .product(name: "Yams", package: "Yams")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")

/// The tests of a room, which may use the golden files.
func tests(_ room: String, _ dependencies: [Target.Dependency] = [], settings: [SwiftSetting] = strict) -> Target {
    .testTarget(
        name: "\(room)Tests",
        dependencies: [.byName(name: room), "TestSupport"] + dependencies,
        swiftSettings: settings
    )
}

let package = Package(
    name: "actuary",
    products: [.executable(name: "actuary", targets: ["actuary"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .executableTarget(
            name: "actuary",
            dependencies: [
                "Gateway", "HTTPServer", "OpenAIAPI", "Tokenization", "ChatTemplate", "Engine", "NemotronH", "Compute",
                "Billing", "OrderedJSON", "Telemetry", "COpenSSL", arguments, logging, yaml,
            ],
            resources: [.copy("Resources/actuary-embedded"), .copy("Resources/budget-questions.jsonl")],
            swiftSettings: strict
        ),
        .target(
            name: "Gateway",
            dependencies: [
                "Billing", "HTTPServer", "OpenAIAPI", "Tokenization", "ChatTemplate", "Engine", "Grammar",
                "OrderedJSON", "Telemetry", deques, logging,
            ],
            swiftSettings: strict
        ),
        .target(name: "HTTPServer", dependencies: ["COpenSSL", "CZlib", httpTypes], swiftSettings: strict),
        .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "OpenAIAPI", dependencies: ["OrderedJSON"], swiftSettings: strict),
        .target(name: "Tokenization", dependencies: ["OrderedJSON"], swiftSettings: hot),
        .target(name: "ChatTemplate", dependencies: ["OrderedJSON"], swiftSettings: hot),
        .target(name: "Engine", dependencies: ["NemotronH", "Grammar", "Tokenization", deques], swiftSettings: hot),
        .target(name: "Grammar", dependencies: ["OrderedJSON"], swiftSettings: hot),
        .target(name: "NemotronH", dependencies: ["Compute", "OrderedJSON"], swiftSettings: hot),
        .target(name: "Compute", dependencies: ["CKernels", "OrderedJSON"], swiftSettings: hot),
        .target(name: "Billing", dependencies: ["CPostgres", "OrderedJSON", crypto, grdb], swiftSettings: strict),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(name: "OrderedJSON", dependencies: [orderedCollections], swiftSettings: hot),
        .target(name: "Telemetry", dependencies: [logging, "OrderedJSON"], swiftSettings: strict),
        .target(
            name: "CKernels",
            // Vectors are arguments of inlined functions only, so what the ABI says of them does not matter.
            cSettings: [.unsafeFlags(["-O3", "-ffp-contract=off", "-Wno-psabi"])]
        ),
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(
            name: "ActuaryCommandTests",
            dependencies: ["actuary", "Billing", "TestSupport", "OrderedJSON", arguments, logging],
            swiftSettings: strict
        ),
        tests("Billing", ["OrderedJSON", grdb]),
        tests("ChatTemplate", ["OrderedJSON"]),
        tests("Compute", ["CKernels", "OrderedJSON"], settings: hot),
        // Its simulations run through a million tokens.
        tests("Engine", ["Compute", "Grammar", "NemotronH"], settings: hot),
        tests("Grammar", ["OrderedJSON", "Tokenization"]),
        tests(
            "Gateway",
            [
                "Billing", "ChatTemplate", "Compute", "Engine", "Grammar", "HTTPServer", "NemotronH", "OpenAIAPI",
                "OrderedJSON", "Tokenization", httpTypes, logging,
            ]
        ),
        tests("HTTPServer", ["COpenSSL", httpTypes]),
        tests("NemotronH", ["Compute", "OrderedJSON"], settings: hot),
        tests("OpenAIAPI", ["OrderedJSON"]),
        tests("OrderedJSON"),
        tests("Telemetry", [logging, "OrderedJSON"]),
        tests("Tokenization", ["OrderedJSON"]),
        .executableTarget(
            name: "TokenizerBenchmark",
            dependencies: ["Tokenization"],
            path: "Tests/Benchmarks/Tokenizer",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "RequestDecodingBenchmark",
            dependencies: ["OpenAIAPI", "OrderedJSON", "Tokenization"],
            path: "Tests/Benchmarks/RequestDecoding",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "PromptLookupBenchmark",
            dependencies: ["Engine", "OrderedJSON", "Tokenization"],
            path: "Tests/Benchmarks/PromptLookup",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "EventStreamBenchmark",
            dependencies: ["HTTPServer", httpTypes],
            path: "Tests/Benchmarks/EventStreams",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "LedgerBenchmark",
            dependencies: ["Billing"],
            path: "Tests/Benchmarks/Ledger",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "MeterLatencyServer",
            dependencies: [
                "Billing", "ChatTemplate", "Compute", "Engine", "Gateway", "HTTPServer", "NemotronH", "Tokenization",
                logging,
            ],
            path: "Tests/Benchmarks/MeterLatency",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "ThinkingGateBenchmark",
            dependencies: ["Engine"],
            path: "Tests/Benchmarks/ThinkingGate",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "TokenMaskBenchmark",
            dependencies: ["Grammar", "OrderedJSON", "Tokenization"],
            path: "Tests/Benchmarks/TokenMask",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "TemplateRunner",
            dependencies: ["ChatTemplate", "OrderedJSON"],
            path: "Tests/Differential/Template",
            exclude: ["conversations.py", "corpus.py", "programs.py", "test_template_differential.py"],
            swiftSettings: strict
        ),
    ]
)

/// The fuzzers need a sanitizer that plain builds do not have: see Tests/Fuzz/run.sh.
if Context.environment["ACTUARY_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "Fuzz",
            dependencies: ["HTTPServer", "OpenAIAPI"],
            path: "Tests/Fuzz",
            exclude: ["run.sh", "seeds.py"],
            swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]
        )
    )
}
