/// Lets a few at a time do what takes much of the machine, such as running a gateway, so that what runs beside it is
/// not held up until its own time is over.
public actor Turnstile {
  /// What starts programs, or keeps all cores busy.
  public static let heavy = Turnstile(places: 3)
  /// What asks a database or a Redis.
  public static let servers = Turnstile(places: 4)

  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(places: Int) {
    free = places
  }

  /// Runs `body` as soon as there is a place.
  public nonisolated func pass<R>(_ body: () async throws -> R) async rethrows -> R {
    await enter()
    do {
      let value = try await body()
      await leave()
      return value
    } catch {
      await leave()
      throw error
    }
  }

  private func enter() async {
    guard free == 0 else {
      free -= 1
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  private func leave() {
    // A place goes straight to whoever waits longest.
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}
