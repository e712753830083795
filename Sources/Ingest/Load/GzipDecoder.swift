internal import CZlib

/// Inflates a gzip stream (RFC 1952) piece by piece; several members one after the other are one stream.
@safe
struct GzipDecoder: ~Copyable {
  private let stream: UnsafeMutablePointer<z_stream>
  /// The last member has ended, and no byte of another has come.
  private(set) var isBetweenMembers = false

  init() throws(LoadError) {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    // 15 bits of window, and 16 for a gzip header and trailer (zlib.h, inflateInit2).
    let code = unsafe inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else { throw LoadError.damaged(reason: "zlib cannot start (\(code))") }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Inflates from the front of `input`, which loses what was used, at most `limit` bytes.
  mutating func inflate(_ input: inout ArraySlice<UInt8>, limit: Int) throws(LoadError) -> [UInt8] {
    var code = Z_OK
    var used = 0
    if isBetweenMembers, !input.isEmpty {
      unsafe inflateReset(stream)
      isBetweenMembers = false
    }
    let output = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
      (code, used, count) = unsafe step(input, into: buffer)
    }
    input = input.dropFirst(used)
    switch code {
    case Z_STREAM_END: isBetweenMembers = true
    // Z_BUF_ERROR: nothing could be done with so little input; no error (zlib.h, inflate).
    case Z_OK, Z_BUF_ERROR: break
    default:
      throw LoadError.damaged(
        reason: unsafe stream.pointee.msg.map { unsafe String(cString: $0) } ?? "zlib code \(code)"
      )
    }
    return output
  }

  private func step(_ input: ArraySlice<UInt8>, into buffer: UnsafeMutableBufferPointer<UInt8>) -> (Int32, Int, Int) {
    unsafe input.withUnsafeBufferPointer { source in
      unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
      unsafe stream.pointee.avail_in = UInt32(source.count)
      unsafe stream.pointee.next_out = buffer.baseAddress
      unsafe stream.pointee.avail_out = UInt32(buffer.count)
      let code = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
      return unsafe (code, source.count - Int(stream.pointee.avail_in), buffer.count - Int(stream.pointee.avail_out))
    }
  }
}
