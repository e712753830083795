// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

// The language alone, so that it builds in a minute: Sources/Schema and Sources/JSON are links to the product's.
let package = Package(
  name: "fuzz-testing",
  targets: [
    .target(name: "Schema", swiftSettings: settings),
    .target(name: "JSON", swiftSettings: settings),
    // What must hold of any text; a test of the product runs it over FailCases/ as well.
    .target(name: "Properties", dependencies: ["Schema", "JSON"], swiftSettings: settings),
    // `scripts/hostile`
    .executableTarget(name: "Hostile", dependencies: ["Schema", "Properties"], swiftSettings: settings),
    // `scripts/fuzz`; these link with `-sanitize=fuzzer` only.
    .systemLibrary(name: "CLibFuzzer"),
    .executableTarget(name: "FuzzDocuments", dependencies: ["CLibFuzzer", "Properties"], swiftSettings: settings),
    .executableTarget(name: "FuzzVariables", dependencies: ["CLibFuzzer", "Properties"], swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
