import CHiredis

/// hiredis's reader (`read.h` of hiredis 0.14 to 1.x), with replies that land in our own storage.
///
/// The reader's object functions are given by us: a value is copied once, out of the reader's buffer, and a length that
/// no reply of ours can have is refused before memory is set aside for it.
@safe final class HiredisReplyDecoder: ReplyDecoder {
  /// More elements in one array, or more bytes in one reply, are taken for garbage.
  static let maximumElements = 1 << 20
  static let maximumLength = 64 << 20

  /// No reply of the commands in use nests deeper; hiredis 0.14 itself ends at seven, 1.x has no limit.
  static let maximumDepth = 7

  private let reader: UnsafeMutablePointer<redisReader>
  private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>

  init() throws(CacheError) {
    unsafe functions = .allocate(capacity: 1)
    unsafe functions.initialize(to: ReplyNode.functions)
    guard let reader = unsafe redisReaderCreateWithFunctions(functions) else {
      unsafe functions.deallocate()
      throw CacheError(.overloaded, "No memory for a Redis connection")
    }
    // The default of 16 KiB gives the buffer back after every large reply.
    unsafe reader.pointee.maxbuf = 0
    unsafe self.reader = unsafe reader
  }

  deinit {
    unsafe redisReaderFree(reader)
    unsafe functions.deallocate()
  }

  func feed(_ bytes: UnsafeRawBufferPointer) throws(CacheError) {
    let unread = unsafe reader.pointee.len - reader.pointee.pos
    guard unread + bytes.count <= Self.maximumLength else {
      throw CacheError(.protocolViolation, "Redis sent a reply that is too long")
    }
    guard unsafe redisReaderFeed(reader, bytes.baseAddress, bytes.count) == REDIS_OK else { throw failure() }
  }

  func next() throws(CacheError) -> RedisReply? {
    var object: UnsafeMutableRawPointer?
    guard unsafe redisReaderGetReply(reader, &object) == REDIS_OK else { throw failure() }
    guard let object = unsafe object else { return nil }
    return unsafe Unmanaged<ReplyNode>.fromOpaque(object).takeRetainedValue().reply
  }

  private func failure() -> CacheError {
    let text = unsafe withUnsafeBytes(of: &reader.pointee.errstr) {
      unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    return CacheError(.protocolViolation, "Redis sent what is not its protocol", detail: text)
  }
}

/// A reply under construction. hiredis holds a retained pointer to the outermost node; each array holds its elements.
private final class ReplyNode {
  private enum Content {
    case leaf(RedisReply)
    case array([ReplyNode])
  }

  private var content: Content

  private init(_ content: Content) {
    self.content = content
  }

  /// `createArray` refuses replies nested deeper than `HiredisReplyDecoder.maximumDepth`, so the recursion ends soon.
  var reply: RedisReply {
    switch content {
    case .leaf(let reply): reply
    case .array(let nodes): .array(nodes.map(\.reply))
    }
  }

  static var functions: redisReplyObjectFunctions {
    // The members are set one by one, since hiredis 1.x has more of them than 0.14.
    var functions = redisReplyObjectFunctions()
    unsafe functions.createString = { task, text, length in
      guard let task = unsafe task else { return nil }
      return unsafe ReplyNode.attach(.leaf(ReplyNode.string(task.pointee.type, text, length)), to: task)
    }
    unsafe functions.createArray = { task, count in
      // A null object makes the reader fail with "out of memory".
      guard let task = unsafe task, (0...HiredisReplyDecoder.maximumElements).contains(Int(count)),
        unsafe ReplyNode.depth(of: task) <= HiredisReplyDecoder.maximumDepth
      else { return nil }
      return unsafe ReplyNode.attach(.array([]), to: task)
    }
    unsafe functions.createInteger = { task, value in
      guard let task = unsafe task else { return nil }
      return unsafe ReplyNode.attach(.leaf(.integer(value)), to: task)
    }
    unsafe functions.createNil = { task in
      guard let task = unsafe task else { return nil }
      return unsafe ReplyNode.attach(.leaf(.null), to: task)
    }
    unsafe functions.freeObject = { object in
      guard let object = unsafe object else { return }
      unsafe Unmanaged<ReplyNode>.fromOpaque(object).release()
    }
    unsafe tracegate_refuse_resp3(&functions)
    return functions
  }

  /// How many arrays a task's object is nested in, itself included.
  private static func depth(of task: UnsafePointer<redisReadTask>) -> Int {
    var depth = 1
    var parent = unsafe task.pointee.parent
    while let task = unsafe parent {
      depth += 1
      unsafe parent = task.pointee.parent
    }
    return depth
  }

  private static func string(_ type: Int32, _ text: UnsafeMutablePointer<CChar>?, _ length: Int) -> RedisReply {
    let bytes = unsafe UnsafeRawBufferPointer(start: text, count: length)
    return switch type {
    case REDIS_REPLY_STATUS: unsafe .status(String(decoding: bytes, as: UTF8.self))
    case REDIS_REPLY_ERROR: unsafe .error(String(decoding: bytes, as: UTF8.self))
    default: unsafe .string(Array(bytes))
    }
  }

  /// Puts a node into the array it belongs to. The outermost one goes to hiredis, which gives it back with the reply or
  /// frees it.
  private static func attach(_ content: Content, to task: UnsafePointer<redisReadTask>) -> UnsafeMutableRawPointer {
    let node = ReplyNode(content)
    guard let parent = unsafe task.pointee.parent?.pointee.obj else {
      return unsafe Unmanaged.passRetained(node).toOpaque()
    }
    unsafe Unmanaged<ReplyNode>.fromOpaque(parent).takeUnretainedValue().adopt(node)
    return unsafe Unmanaged.passUnretained(node).toOpaque()
  }

  private func adopt(_ node: ReplyNode) {
    guard case .array(var nodes) = content else { return }
    content = .leaf(.null)
    nodes.append(node)
    content = .array(nodes)
  }
}
