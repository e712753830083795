import ArgumentParser
import Resolver
import Schema
import Server

/// The SDL that a command looks at: the gateway's own, or another one.
struct SchemaOptions: ParsableArguments {
  @Option(
    name: .customLong("schema"),
    help: ArgumentHelp("Look at this SDL file instead of the one that SCHEMA_FILE names.", valueName: "path")
  )
  var otherFile: String?

  @OptionGroup var settings: SettingsOptions

  func source() throws -> Source {
    let path = try otherFile ?? settings.configuration().schemaFile
    return Source(bytes: try TextFile.bytes(of: path), name: path)
  }
}

/// Runs what reads a schema: mistakes in it go to standard error as they are, and end the command with status 1.
func diagnosed<Value>(_ body: () throws -> Value) throws -> Value {
  do {
    return try body()
  } catch let error as SchemaErrors {
    Terminal.write("\(error)\n")
  } catch let error as BindingError {
    Terminal.write("\(error)\n")
  }
  throw ExitCode(1)
}
