// swift-tools-version: 6.3
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

// `Sources/Schema` is a link to the product's module, so that nothing else of the product is built.
let package = Package(
  name: "language",
  targets: [
    .target(name: "Schema", swiftSettings: settings + [.strictMemorySafety()]),
    .executableTarget(name: "LanguageProbe", dependencies: ["Schema"], swiftSettings: settings),
    .executableTarget(name: "LanguageBenchmark", dependencies: ["Schema"], swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
