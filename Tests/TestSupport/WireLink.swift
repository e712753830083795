import Glibc

/// One connection through the proxy: two directions over two sockets.
final class WireLink {
  let toServer: WireFlow
  let toClient: WireFlow
  var clientSpokeLast = false
  private let client: Int32
  private let server: Int32

  init(client: Int32, server: Int32) {
    self.client = client
    self.server = server
    toServer = WireFlow(from: client, to: server)
    toClient = WireFlow(from: server, to: client)
  }

  var interests: [pollfd] {
    [
      pollfd(fd: client, events: toServer.readInterest | toClient.writeInterest, revents: 0),
      pollfd(fd: server, events: toClient.readInterest | toServer.writeInterest, revents: 0),
    ].filter { $0.events != 0 }
  }

  /// When the first held back piece may go.
  var nextDue: UInt64? { toClient.nextDue }

  /// Closes once one side has ended and all that came before has been passed on.
  func closeIfDone() -> Bool {
    guard toServer.isFinished || toClient.isFinished else { return false }
    close()
    return true
  }

  func close() {
    Glibc.close(client)
    Glibc.close(server)
  }
}

/// One direction of a connection: bytes read but not yet written, each piece with the time from which it may go.
final class WireFlow {
  private let from: Int32
  private let to: Int32
  private var pieces: [(bytes: [UInt8], due: UInt64)] = []
  private var offset = 0
  /// Nothing more will be read.
  var hasEnded = false
  private var isBroken = false

  init(from: Int32, to: Int32) {
    self.from = from
    self.to = to
  }

  var isFinished: Bool { isBroken || (hasEnded && pieces.isEmpty) }
  var readInterest: Int16 { wantsInput ? Int16(POLLIN) : 0 }
  var writeInterest: Int16 { isDue ? Int16(POLLOUT) : 0 }
  var nextDue: UInt64? { isDue ? nil : pieces.first?.due }

  private var wantsInput: Bool { !hasEnded && pieces.count < 64 }
  private var isDue: Bool { pieces.first.map { $0.due == 0 || $0.due <= WireClock.now } ?? false }

  /// What can be read now, up to 64 KiB.
  func receive() -> [UInt8]? {
    guard wantsInput else { return nil }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = read(from, &bytes, bytes.count)
    if count > 0 { return Array(bytes.prefix(count)) }
    if count == 0 || (errno != EAGAIN && errno != EINTR) { hasEnded = true }
    return nil
  }

  func enqueue(_ bytes: [UInt8], due: UInt64) {
    if !bytes.isEmpty { pieces.append((bytes, due)) }
  }

  func send() {
    while isDue, let piece = pieces.first {
      let rest = Array(piece.bytes[offset...])
      let count = Glibc.send(to, rest, rest.count, Int32(MSG_NOSIGNAL))
      guard count > 0 else {
        if errno != EAGAIN && errno != EINTR { isBroken = true }
        return
      }
      offset += count
      if offset == piece.bytes.count {
        pieces.removeFirst()
        offset = 0
      }
    }
  }
}
