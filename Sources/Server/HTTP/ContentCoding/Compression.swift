internal import CBrotli
internal import CZlib

/// Makes a body smaller, at the cheapest setting: it is done on every answer anew.
enum Compression {
  /// Nil when the coding is not one that we write, or the library fails; then the body goes as it is.
  static func encode(_ bytes: [UInt8], as coding: ContentCoding) -> [UInt8]? {
    switch coding {
    case .gzip: gzip(bytes)
    case .br: brotli(bytes)
    case .deflate: nil
    }
  }

  private static func gzip(_ bytes: [UInt8]) -> [UInt8]? {
    var stream = unsafe z_stream()
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    // 15 bits of window, and 16 more for gzip's header and trailer (zlib.h, deflateInit2).
    let code = unsafe deflateInit2_(
      &stream,
      1,
      Z_DEFLATED,
      15 + 16,
      8,
      Z_DEFAULT_STRATEGY,
      ZLIB_VERSION,
      size
    )
    guard code == Z_OK else { return nil }
    defer { unsafe deflateEnd(&stream) }
    var isComplete = false
    let bound = unsafe Int(deflateBound(&stream, UInt(bytes.count)))
    let result = unsafe [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      unsafe bytes.withUnsafeBufferPointer { source in
        unsafe stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        unsafe stream.avail_in = UInt32(source.count)
        unsafe stream.next_out = buffer.baseAddress
        unsafe stream.avail_out = UInt32(buffer.count)
        isComplete = unsafe deflate(&stream, Z_FINISH) == Z_STREAM_END
        count = unsafe buffer.count - Int(stream.avail_out)
      }
    }
    return isComplete ? result : nil
  }

  private static func brotli(_ bytes: [UInt8]) -> [UInt8]? {
    var isComplete = false
    let bound = BrotliEncoderMaxCompressedSize(bytes.count)
    let result = unsafe [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      unsafe bytes.withUnsafeBufferPointer { source in
        var size = buffer.count
        isComplete =
          unsafe BrotliEncoderCompress(
            1,
            BROTLI_DEFAULT_WINDOW,
            BROTLI_MODE_TEXT,
            source.count,
            source.baseAddress,
            &size,
            buffer.baseAddress
          ) == BROTLI_TRUE
        count = isComplete ? size : 0
      }
    }
    return isComplete ? result : nil
  }
}
