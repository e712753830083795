import JSON
import Schema

/// Finds the objects whose bodies lack what a nested step fetches.
struct ParentFinder {
  let schema: GraphQLSchema
  let output: OutputPlan
  let results: StepResults

  /// The parents of a step, each once, in the order of the answer.
  func parents(of step: NestedStep) -> [Place] {
    guard let first = step.path.first else { return [] }
    var places = objects(of: first, parents: [results.rootValue])
    for index in step.path.dropFirst() { places = objects(of: index, parents: places) }
    var seen: Set<StepResults.ParentID> = []
    let keys = step.properties.map { Array($0.utf8) }
    return places.compactMap { $0 }.filter { place in
      keys.contains { place.member($0[...]) == nil } && isOfType(step.parentType, place, step.path.last)
        && seen.insert(StepResults.ParentID(place)).inserted
    }
  }

  /// The objects that a field shows below all of its parents.
  private func objects(of index: Int, parents: [Place?]) -> [Place?] {
    var objects: [Place?] = []
    for parent in parents {
      guard case .success(let place?) = results.value(ofField: index, in: output, parent: parent) else { continue }
      appendObjects(of: place, to: &objects)
    }
    return objects
  }

  /// Lists of lists are as deep as a type's wrappers, which the type system bounds.
  private func appendObjects(of place: Place, to objects: inout [Place?]) {
    switch place.kind {
    case .object: objects.append(place)
    case .array: for element in place.elements { appendObjects(of: element, to: &objects) }
    default: break
    }
  }

  private func isOfType(_ type: TypeID, _ place: Place, _ field: Int?) -> Bool {
    guard let field else { return false }
    return place.runtimeType(of: output.fields[field].type.named, in: schema) == type
  }
}
