// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that it builds the language and nothing else. The settings are those of the root's package.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
  .strictMemorySafety(),
]

let package = Package(
  name: "language-benchmark",
  targets: [
    // The sources are a symbolic link to the root's, beside one file that lets us lex alone.
    .target(name: "Schema", swiftSettings: settings),
    .target(name: "CAllocations"),
    .executableTarget(
      name: "LanguageBenchmark",
      dependencies: ["Schema", "CAllocations"],
      swiftSettings: settings
    ),
  ],
  swiftLanguageModes: [.v6]
)
