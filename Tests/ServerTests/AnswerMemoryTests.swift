import NIOCore
import Resolver
import Schema
import Testing

@testable import Server

@Suite struct AnswerMemoryTests {
  private func key(_ text: String, workspace: Character = "1") throws -> AnswerMemory.Key {
    let id = "00000000-0000-4000-8000-00000000000\(workspace)"
    return AnswerMemory.Key(workspace: try #require(WorkspaceID(id)), body: ByteBuffer(string: text))
  }

  private func answer(_ text: String) -> KeptAnswer {
    KeptAnswer(ExecutionResult(refused: .init(text, code: .badRequest)))
  }

  @Test func tellsWorkspacesApart() throws {
    let memory = AnswerMemory()
    memory.insert(answer("a"), under: try key("{}"))
    #expect(memory.find(try key("{}"))?.result.errors.first?.message == "a")
    #expect(memory.find(try key("{}", workspace: "2")) == nil)
    #expect(memory.find(try key("{ }")) == nil)
    memory.insert(answer("b"), under: try key("{}"))
    #expect(memory.find(try key("{}"))?.result.errors.first?.message == "b")
    #expect(memory.count == 1)
  }

  /// What is asked for stays; what is not gives way; what is too large is not taken.
  @Test func staysWithinItsBytes() throws {
    let memory = AnswerMemory(maximumBytes: 20_000)
    for number in 0..<1000 {
      memory.insert(answer("x"), under: try key("\(number)"))
      #expect(memory.find(try key("0")) != nil)
    }
    #expect(memory.count < 40)
    #expect(memory.find(try key("500")) == nil)
    memory.insert(answer(String(repeating: "x", count: 10_000)), under: try key("large"))
    #expect(memory.find(try key("large")) == nil)
  }

  /// What a coding does not make smaller is sent as it is.
  @Test func keepsTheFormsOfABody() throws {
    let long = answer(String(repeating: "ab", count: 1000))
    let br = try #require(long.bytes(as: .br))
    #expect(br.readableBytes < 200)
    #expect(long.bytes(as: .br) == br)
    #expect(try #require(long.bytes(as: .gzip)) != br)
    #expect(long.bytes(as: .deflate) == nil)
  }
}
