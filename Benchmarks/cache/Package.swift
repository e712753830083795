// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that it builds the engine with its cache and nothing else. The settings are those of the root's package.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
  .strictMemorySafety(),
]

let package = Package(
  name: "cache-benchmark",
  dependencies: [
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
  ],
  targets: [
    // The sources are symbolic links to the root's.
    .systemLibrary(name: "CPostgres", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
    .systemLibrary(name: "CEpoll"),
    .target(name: "Schema", swiftSettings: settings),
    .target(name: "JSON", swiftSettings: settings),
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
      swiftSettings: settings
    ),
    .target(
      name: "Database",
      dependencies: ["CPostgres", "CEpoll", .product(name: "Logging", package: "swift-log")],
      swiftSettings: settings
    ),
    // Beside the link stands one file that tells the keys of a document.
    .target(
      name: "Resolver",
      dependencies: [
        "Schema", "JSON", "Cache", "Database",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "CacheBenchmark",
      dependencies: [
        "CHiredis", "Schema", "JSON", "Cache", "Database", "Resolver", .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings
    ),
  ],
  swiftLanguageModes: [.v6]
)
