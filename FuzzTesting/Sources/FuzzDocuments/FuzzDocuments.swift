import CLibFuzzer
import Properties

/// Hands inputs that libFuzzer makes up to the property.
@main
struct FuzzDocuments {
  static func main() {
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv
    _ = unsafe LLVMFuzzerRunDriver(&count, &arguments, testOneInput)
  }
}

/// A trap is a find. libFuzzer's own `main`, which gives way to ours, wants this name.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  if let failure = DocumentProperty.failure(bytes) { fatalError(failure) }
  return 0
}
