// swift-tools-version: 6.2
import PackageDescription

// A compiler newer than those that this was checked with may warn of more, which is to keep nobody from building.
#if compiler(<6.3)
  let warnings: [SwiftSetting] = [.treatAllWarnings(as: .error)]
#else
  let warnings: [SwiftSetting] = []
#endif

let settings: [SwiftSetting] =
  [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  ] + warnings

let strictSettings = settings + [.strictMemorySafety()]

let package = Package(
  name: "tracegate",
  products: [
    .executable(name: "tracegate", targets: ["Gateway"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
  ],
  targets: [
    // System libraries. No `pkgConfig:`: hiredis's flags file triggers a "prohibited flag" warning.
    .systemLibrary(name: "CPostgres", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
    .systemLibrary(name: "CCrypt", providers: [.apt(["libcrypt-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CBrotli", providers: [.apt(["libbrotli-dev"])]),
    .systemLibrary(name: "CEpoll"),

    .target(name: "Schema", swiftSettings: strictSettings),
    .target(name: "JSON", swiftSettings: strictSettings),
    .target(
      name: "Cache",
      dependencies: [
        "CHiredis",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "NIOTLS", package: "swift-nio"),
      ],
      swiftSettings: strictSettings
    ),
    .target(
      name: "Database",
      dependencies: ["CPostgres", "CEpoll", .product(name: "Logging", package: "swift-log")],
      swiftSettings: strictSettings
    ),
    .target(
      name: "Resolver",
      dependencies: [
        "Schema", "JSON", "Cache", "Database",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strictSettings
    ),
    .target(
      name: "Ingest",
      dependencies: ["JSON", "Cache", "Database", "CZlib", .product(name: "Logging", package: "swift-log")],
      swiftSettings: strictSettings
    ),
    .target(
      name: "Server",
      dependencies: [
        "Schema", "JSON", "Cache", "Database", "Resolver", "Ingest", "CCrypt", "CZlib", "CBrotli",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "JWTKit", package: "jwt-kit"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: strictSettings
    ),
    .executableTarget(
      name: "Gateway",
      dependencies: [
        "Schema", "JSON", "Cache", "Database", "Resolver", "Ingest", "Server",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      swiftSettings: strictSettings
    ),

    // Serves any schema to outside conformance suites.
    .executableTarget(
      name: "gqlharness",
      dependencies: [
        "Schema", "JSON", "EngineHarness",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
      ],
      path: "Tests/Harness",
      swiftSettings: settings
    ),
    // The same engine on standard input and output, for the differential tests.
    .executableTarget(
      name: "languagecheck",
      dependencies: ["Schema", "JSON", "Resolver", "EngineHarness", .product(name: "Logging", package: "swift-log")],
      path: "Tests/LanguageCheck",
      swiftSettings: settings
    ),
    .target(
      name: "EngineHarness",
      dependencies: ["Schema", "JSON", "Database", "Resolver", .product(name: "Logging", package: "swift-log")],
      path: "Tests/EngineHarness",
      swiftSettings: settings
    ),
    .target(
      name: "TestSupport",
      dependencies: ["JSON", "CZlib"],
      path: "Tests/TestSupport",
      swiftSettings: settings
    ),
    // What the fuzzers of `FuzzTesting`, a package of its own, hold against any text.
    .target(
      name: "Properties",
      dependencies: ["Schema", "JSON"],
      path: "FuzzTesting/Sources/Properties",
      swiftSettings: strictSettings
    ),
    .testTarget(name: "SchemaTests", dependencies: ["Schema", "Properties", "TestSupport"], swiftSettings: settings),
    .testTarget(name: "JSONTests", dependencies: ["JSON", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "CacheTests",
      dependencies: [
        "Cache", "TestSupport",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "DatabaseTests",
      dependencies: ["Database", "TestSupport", .product(name: "Logging", package: "swift-log")],
      swiftSettings: settings
    ),
    .testTarget(
      name: "ResolverTests",
      dependencies: ["Resolver", "Schema", "JSON", "Cache", "Database", "TestSupport"],
      exclude: ["Engine/Plans"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "IngestTests",
      dependencies: ["Ingest", "JSON", "Cache", "Database", "TestSupport"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "ServerTests",
      dependencies: [
        "Server", "Schema", "JSON", "Resolver", "Database", "TestSupport",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "IntegrationTests",
      dependencies: [
        "JSON", "Cache", "Database", "TestSupport",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: settings
    ),
  ],
  swiftLanguageModes: [.v6]
)
