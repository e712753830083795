internal import Glibc

/// The bytes of a file or of standard input, inflated when they are gzip. Reading blocks.
///
/// Memory is bounded: one piece read and one piece inflated, whatever the ratio.
struct ByteSource: ~Copyable {
  private static let readSize = 256 * 1024
  private static let inflateSize = 1024 * 1024
  private static let magic: [UInt8] = [0x1F, 0x8B]

  private let file: OpenFile
  /// What was read of the file and not yet handed on.
  private var pending: ArraySlice<UInt8>
  private var decoder: GzipDecoder?
  /// Bytes of the file that were read, compressed or not.
  private(set) var bytesRead: Int

  /// - Parameter path: `-` is standard input.
  static func open(path: String) throws(LoadError) -> ByteSource {
    let file = try OpenFile(path: path)
    let start = try file.readFully(magic.count, atMost: readSize)
    guard start.starts(with: magic) else { return ByteSource(file: file, start: start, decoder: nil) }
    return ByteSource(file: file, start: start, decoder: try GzipDecoder())
  }

  private init(file: consuming OpenFile, start: [UInt8], decoder: consuming GzipDecoder?) {
    self.file = file
    self.decoder = decoder
    pending = start[...]
    bytesRead = start.count
  }

  /// Size of the file; nil when it is a pipe or the like.
  var size: Int? { file.size }

  /// The next bytes; empty at the end.
  mutating func next() throws(LoadError) -> [UInt8] {
    guard decoder != nil else { return try nextPlain() }
    while true {
      if pending.isEmpty { try readMore() }
      if pending.isEmpty {
        guard decoder?.isBetweenMembers == true else { throw LoadError.truncated }
        return []
      }
      let bytes = try decoder?.inflate(&pending, limit: Self.inflateSize) ?? []
      if !bytes.isEmpty { return bytes }
    }
  }

  private mutating func nextPlain() throws(LoadError) -> [UInt8] {
    if pending.isEmpty { try readMore() }
    defer { pending = [] }
    return Array(pending)
  }

  private mutating func readMore() throws(LoadError) {
    let bytes = try file.read(atMost: Self.readSize)
    bytesRead += bytes.count
    pending = bytes[...]
  }
}

/// A descriptor open for reading; closed with its owner, but for standard input.
private struct OpenFile: ~Copyable {
  private let descriptor: Int32
  private let isOwned: Bool

  init(path: String) throws(LoadError) {
    isOwned = path != "-"
    descriptor = isOwned ? unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO
    guard descriptor >= 0 else { throw LoadError.cannotOpen(path: path, reason: systemError()) }
  }

  deinit {
    if isOwned, descriptor >= 0 { close(descriptor) }
  }

  var size: Int? {
    var status = stat()
    let isFile = unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    return isFile ? Int(status.st_size) : nil
  }

  /// Waits for `count` bytes or the end: a pipe may give fewer at a time.
  borrowing func readFully(_ count: Int, atMost limit: Int) throws(LoadError) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let more = try read(atMost: limit)
      if more.isEmpty { break }
      bytes += more
    }
    return bytes
  }

  /// Waits for bytes; none at the end.
  borrowing func read(atMost limit: Int) throws(LoadError) -> [UInt8] {
    var outcome = 0
    let descriptor = descriptor
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
      repeat {
        outcome = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      } while outcome < 0 && errno == EINTR
      count = max(outcome, 0)
    }
    guard outcome >= 0 else { throw LoadError.cannotRead(reason: systemError()) }
    return bytes
  }
}

private func systemError() -> String {
  unsafe String(cString: strerror(errno))
}
