import CHiredis
import NIOCore

/// One command: its name and arguments, which may hold any bytes.
public struct RedisCommand: Sendable, Hashable {
  /// All arguments one after the other, the name first.
  private var bytes: [UInt8]
  private var lengths: [Int]

  /// - Parameter name: one word; subcommands are arguments.
  public init(_ name: StaticString, _ arguments: String...) {
    bytes = []
    lengths = []
    append(text: name.description)
    for argument in arguments { append(text: argument) }
  }

  init(_ name: StaticString, _ key: CacheKey) {
    self.init(name)
    append(key.bytes)
  }

  /// Adds an argument.
  public mutating func append(_ argument: some Collection<UInt8>) {
    bytes += argument
    lengths.append(argument.count)
  }

  /// Adds an argument.
  public mutating func append(text argument: String) {
    append(argument.utf8)
  }

  var argumentCount: Int { lengths.count }

  /// The name is argument 0. Nil when there are fewer.
  func argument(_ index: Int) -> ArraySlice<UInt8>? {
    guard lengths.indices.contains(index) else { return nil }
    let start = lengths[..<index].reduce(0, +)
    return bytes[start..<start + lengths[index]]
  }

  /// Writes commands one after the other.
  static func encode(_ commands: [RedisCommand]) throws(CacheError) -> ByteBuffer {
    var buffer = ByteBuffer()
    for command in commands { try command.encode(into: &buffer) }
    return buffer
  }

  /// Writes the command as an array of bulk strings, formatted by hiredis.
  func encode(into buffer: inout ByteBuffer) throws(CacheError) {
    var target: UnsafeMutablePointer<CChar>?
    let length = unsafe bytes.withUnsafeBytes { raw -> Int in
      // An empty array has no address, yet hiredis wants one for each argument, even for those of no length.
      let base = unsafe raw.baseAddress ?? UnsafeRawPointer(bitPattern: 1)
      var arguments: [UnsafePointer<CChar>?] = unsafe []
      unsafe arguments.reserveCapacity(lengths.count)
      var offset = 0
      for length in lengths {
        unsafe arguments.append(base.map { unsafe ($0 + offset).assumingMemoryBound(to: CChar.self) })
        offset += length
      }
      return unsafe Int(redisFormatCommandArgv(&target, Int32(lengths.count), &arguments, lengths))
    }
    guard length > 0, let formatted = unsafe target else {
      throw CacheError(.overloaded, "A Redis command cannot be formatted", detail: "\(bytes.count) bytes")
    }
    unsafe buffer.writeBytes(UnsafeRawBufferPointer(start: formatted, count: length))
    unsafe redisFreeCommand(formatted)
  }
}
