import Glibc

/// A Redis of our own on a loopback port, with an append-only file: what it was given, it still has after a crash.
enum PrivateRedis {
  /// Ends what is left of an earlier run and describes the server to start.
  static func prepare(_ folder: DataFolder, port: Int, keeping: DevStack.DataKeeping) async throws -> PrivateServer {
    try await Leftovers.end("redis-server", in: folder.redis)
    let port = try LoopbackPort.claim(port, for: "Redis", setting: "--redis-port")
    let arguments = [
      "--port", "\(port)", "--bind", "127.0.0.1", "--dir", folder.redis, "--daemonize", "no",
      "--save", "", "--appendonly", keeping == .durable ? "yes" : "no", "--maxmemory-policy", "noeviction",
    ]
    return PrivateServer(
      command: ChildCommand(
        name: "Redis",
        executable: "redis-server",
        arguments: arguments,
        output: .file(folder.redisLog)
      ),
      log: folder.redisLog,
      stopSignals: [SIGTERM],
      // While it reads its file it answers `-LOADING …`.
      isReady: { _ in LoopbackPort.ask(port, "PING\r\n")?.hasPrefix("+PONG") == true },
      url: "redis://127.0.0.1:\(port)/0"
    )
  }
}
