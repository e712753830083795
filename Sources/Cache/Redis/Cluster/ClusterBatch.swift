/// The commands of one call to a cluster on their way: where each goes next, and the replies that have come.
///
/// Pure: somebody else exchanges the shares with the nodes.
struct ClusterBatch {
  typealias Endpoint = RedisAddress.Endpoint

  /// What one node is sent in one write.
  struct Share {
    let endpoint: Endpoint
    fileprivate(set) var commands: [RedisCommand] = []
    /// For each command whose it is; nil for an `ASKING` of ours.
    fileprivate var indices: [Int?] = []
  }

  /// What was learnt from the replies of one round.
  struct Lessons {
    /// Slots that are elsewhere now.
    var moves: [(slot: Int, to: Endpoint)] = []
    /// Commands that are repeated at a node that may be none of the known primaries.
    var asked: [RedisCommand] = []
    /// Some can only be repeated after a pause.
    var needsPause = false
    /// A node did not answer, or knows of no primary.
    var isClusterSuspect = false
  }

  private enum Progress {
    /// To the node that holds its slot; any node where there is none.
    case pending(slot: Int?)
    case asking(Endpoint)
    case done(RedisReply)
    case failed(CacheError)
  }

  private let commands: [RedisCommand]
  private var progress: [Progress]

  init(_ commands: [RedisCommand]) {
    self.commands = commands
    progress = commands.map { .pending(slot: $0.routingKey.map(KeySlot.slot)) }
  }

  var isComplete: Bool {
    progress.allSatisfy {
      switch $0 {
      case .pending, .asking: false
      case .done, .failed: true
      }
    }
  }

  /// What goes out now, one share for each node; commands for the same node keep their order.
  /// - Parameter owner: the node of a slot, or any node; nil when there is none.
  mutating func shares(_ owner: (Int?) -> Endpoint?) -> [Share] {
    var shares: [Share] = []
    for index in commands.indices {
      let endpoint: Endpoint
      switch progress[index] {
      case .pending(let slot):
        guard let known = owner(slot) else {
          progress[index] = .failed(CacheError(.unavailable, "No node of the cluster holds a key's slot"))
          continue
        }
        endpoint = known
      case .asking(let target): endpoint = target
      case .done, .failed: continue
      }
      let place = shares.firstIndex { $0.endpoint == endpoint } ?? shares.endIndex
      if place == shares.endIndex { shares.append(Share(endpoint: endpoint)) }
      if case .asking = progress[index] {
        shares[place].commands.append(RedisCommand("ASKING"))
        shares[place].indices.append(nil)
      }
      shares[place].commands.append(commands[index])
      shares[place].indices.append(index)
    }
    return shares
  }

  mutating func take(_ outcome: RedisCall.Outcome, for share: Share, _ lessons: inout Lessons) {
    switch outcome {
    case .failure(let error):
      lessons.isClusterSuspect = true
      for case let index? in share.indices { progress[index] = .failed(error) }
    case .success(let replies):
      for (index, reply) in zip(share.indices, replies) {
        if let index { take(reply, index, from: share.endpoint, &lessons) }
      }
    }
  }

  private mutating func take(_ reply: RedisReply, _ index: Int, from endpoint: Endpoint, _ lessons: inout Lessons) {
    let slot = commands[index].routingKey.map(KeySlot.slot)
    switch Redirection(reply, asked: endpoint) {
    case .moved(let moved, let target):
      lessons.moves.append((moved, target))
      progress[index] = .pending(slot: moved)
    case .ask(let target):
      lessons.asked.append(commands[index])
      progress[index] = .asking(target)
    case .later:
      lessons.needsPause = true
      lessons.isClusterSuspect = true
      lastRefusals[index] = reply
      progress[index] = .pending(slot: slot)
    case nil: progress[index] = .done(reply)
    }
  }

  /// What commands that were put off were told.
  private var lastRefusals: [Int: RedisReply] = [:]

  /// A reply for each command. One that could not be sent has an error for a reply, unless that is so of all.
  func result() throws(CacheError) -> [RedisReply] {
    var replies: [RedisReply] = []
    replies.reserveCapacity(progress.count)
    var firstFailure: CacheError?
    var hasReply = false
    for (index, state) in progress.enumerated() {
      switch state {
      case .done(let reply):
        hasReply = true
        replies.append(reply)
      case .failed(let error):
        firstFailure = firstFailure ?? error
        replies.append(.error("UNAVAILABLE \(error.message)"))
      case .pending, .asking:
        if let refusal = lastRefusals[index] {
          hasReply = true
          replies.append(refusal)
        } else {
          let error = CacheError(.unavailable, "The cluster is being changed")
          firstFailure = firstFailure ?? error
          replies.append(.error("UNAVAILABLE \(error.message)"))
        }
      }
    }
    if !hasReply, let firstFailure { throw firstFailure }
    return replies
  }
}
