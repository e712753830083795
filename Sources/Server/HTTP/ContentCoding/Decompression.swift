internal import CBrotli
internal import CZlib

/// Undoes a content coding, and stops as soon as the result is larger than it may be.
enum Decompression {
  enum Failure: Error, Equatable {
    case malformed
    case tooLarge
  }

  private static let chunk = 32_768

  /// - Parameter limit: the most bytes that the result may have.
  static func decode(_ bytes: [UInt8], from coding: ContentCoding, limit: Int) throws(Failure) -> [UInt8] {
    switch coding {
    // 15 bits of window, and 16 more for gzip's header and trailer (zlib.h, inflateInit2).
    case .gzip: try inflate(bytes, windowBits: 15 + 16, limit)
    case .deflate: try inflate(bytes, windowBits: 15, limit)
    case .br: try brotli(bytes, limit)
    }
  }

  // MARK: zlib

  /// Several gzip members one after the other are one body (RFC 1952 section 2.2).
  private static func inflate(_ bytes: [UInt8], windowBits: Int32, _ limit: Int) throws(Failure) -> [UInt8] {
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    defer {
      unsafe inflateEnd(stream)
      unsafe stream.deallocate()
    }
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    guard unsafe inflateInit2_(stream, windowBits, ZLIB_VERSION, size) == Z_OK else { throw .malformed }
    var result: [UInt8] = []
    var rest = bytes[...]
    while true {
      let (code, used, output) = unsafe step(stream, rest)
      rest = rest.dropFirst(used)
      result += output
      guard result.count <= limit else { throw .tooLarge }
      if code == Z_STREAM_END {
        if rest.isEmpty { return result }
        guard windowBits > 15, unsafe inflateReset(stream) == Z_OK else { throw .malformed }
      } else {
        // No progress, that is Z_BUF_ERROR: the input ends before its end.
        guard code == Z_OK, used > 0 || !output.isEmpty else { throw .malformed }
      }
    }
  }

  private static func step(
    _ stream: UnsafeMutablePointer<z_stream>,
    _ input: ArraySlice<UInt8>
  ) -> (
    code: Int32, used: Int, output: [UInt8]
  ) {
    var code = Z_OK
    var used = 0
    let output = unsafe [UInt8](unsafeUninitializedCapacity: chunk) { buffer, count in
      unsafe input.withUnsafeBufferPointer { source in
        unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        unsafe stream.pointee.avail_in = UInt32(source.count)
        unsafe stream.pointee.next_out = buffer.baseAddress
        unsafe stream.pointee.avail_out = UInt32(buffer.count)
        code = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
        used = unsafe source.count - Int(stream.pointee.avail_in)
        count = unsafe buffer.count - Int(stream.pointee.avail_out)
      }
    }
    return (code, used, output)
  }

  // MARK: Brotli

  private static func brotli(_ bytes: [UInt8], _ limit: Int) throws(Failure) -> [UInt8] {
    guard let decoder = unsafe BrotliDecoderCreateInstance(nil, nil, nil) else { throw .malformed }
    defer { unsafe BrotliDecoderDestroyInstance(decoder) }
    var result: [UInt8] = []
    var rest = bytes[...]
    while true {
      let (code, used, output) = unsafe brotliStep(decoder, rest)
      rest = rest.dropFirst(used)
      result += output
      guard result.count <= limit else { throw .tooLarge }
      switch code {
      case BROTLI_DECODER_RESULT_SUCCESS where rest.isEmpty: return result
      case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT: continue
      default: throw .malformed
      }
    }
  }

  private static func brotliStep(
    _ decoder: OpaquePointer,
    _ input: ArraySlice<UInt8>
  ) -> (
    code: BrotliDecoderResult, used: Int, output: [UInt8]
  ) {
    var code = BROTLI_DECODER_RESULT_ERROR
    var used = 0
    let output = unsafe [UInt8](unsafeUninitializedCapacity: chunk) { buffer, count in
      unsafe input.withUnsafeBufferPointer { source in
        var availableIn = source.count
        var nextIn = source.baseAddress
        var availableOut = buffer.count
        var nextOut = buffer.baseAddress
        code = unsafe BrotliDecoderDecompressStream(decoder, &availableIn, &nextIn, &availableOut, &nextOut, nil)
        used = source.count - availableIn
        count = buffer.count - availableOut
      }
    }
    return (code, used, output)
  }
}
