/// Look-ups by name and by possible type, over the dense ids of a schema.
struct SchemaIndex: Sendable {
  private var typesByName: [Int32]
  private var directivesByName: [Int32]
  /// (type, name) → field id, input field position or enum value position, by the type's kind.
  private var members: PairTable
  /// (field, name) → argument position.
  private var fieldArguments: PairTable
  /// (directive, name) → argument position.
  private var directiveArguments: PairTable
  private let typename: Int
  /// Position of an object type among the object types, else -1.
  private var ordinals: [Int32]
  /// One bit set of object ordinals for each type, `words` words long.
  private var possible: [UInt64]
  private let words: Int

  init(draft: SchemaDraft, names: inout NameTable) {
    let argumentCount = draft.fields.reduce(0) { $0 + $1.arguments.count }
    let memberCount = draft.types.reduce(draft.fields.count + 2) { $0 + $1.inputFields.count + $1.enumValues.count }
    members = PairTable(capacity: memberCount)
    fieldArguments = PairTable(capacity: argumentCount)
    directiveArguments = PairTable(capacity: draft.directives.reduce(0) { $0 + $1.arguments.count })
    typename = names.insert("__typename")
    ordinals = [Int32](repeating: -1, count: draft.types.count)
    let objects = draft.types.filter { $0.kind == .object }
    for (ordinal, type) in objects.enumerated() { ordinals[Int(type.id.index)] = Int32(ordinal) }
    words = (objects.count + 63) / 64
    possible = [UInt64](repeating: 0, count: draft.types.count * words)
    typesByName = []
    directivesByName = []
    addMembers(draft, &names)
    addArguments(draft, &names)
    let typeNames = draft.types.map { names.insert($0.name) }
    let directiveNames = draft.directives.map { names.insert($0.name) }
    typesByName = [Int32](repeating: -1, count: names.count)
    directivesByName = typesByName
    for (index, name) in typeNames.enumerated() { typesByName[name] = Int32(index) }
    for (index, name) in directiveNames.enumerated() { directivesByName[name] = Int32(index) }
  }

  private mutating func addMembers(_ draft: SchemaDraft, _ names: inout NameTable) {
    for type in draft.types {
      let index = Int(type.id.index)
      for field in type.fields { members.insert(index, names.insert(draft.fields[field].name), field) }
      for (position, field) in type.inputFields.enumerated() {
        members.insert(index, names.insert(field.name), position)
      }
      for (position, value) in type.enumValues.enumerated() {
        members.insert(index, names.insert(value.name), position)
      }
      for object in type.possibleTypes {
        let ordinal = Int(ordinals[Int(object.index)])
        if ordinal >= 0 { possible[index * words + ordinal / 64] |= 1 << UInt64(ordinal % 64) }
      }
    }
    if let query = draft.queryType {
      members.insert(Int(query.index), names.insert("__schema"), Int(draft.schemaField.index))
      members.insert(Int(query.index), names.insert("__type"), Int(draft.typeField.index))
    }
    typenameField = Int(draft.typenameField.index)
    isComposite = draft.types.map(\.kind.isComposite)
  }

  private mutating func addArguments(_ draft: SchemaDraft, _ names: inout NameTable) {
    for (field, definition) in draft.fields.enumerated() {
      for (position, argument) in definition.arguments.enumerated() {
        fieldArguments.insert(field, names.insert(argument.name), position)
      }
    }
    for (directive, definition) in draft.directives.enumerated() {
      for (position, argument) in definition.arguments.enumerated() {
        directiveArguments.insert(directive, names.insert(argument.name), position)
      }
    }
  }

  private var typenameField = 0
  private var isComposite: [Bool] = []

  func type(named name: Int) -> TypeID? {
    name >= 0 && typesByName[name] >= 0 ? TypeID(Int(typesByName[name])) : nil
  }

  func directive(named name: Int) -> Int? {
    name >= 0 && directivesByName[name] >= 0 ? Int(directivesByName[name]) : nil
  }

  func field(named name: Int, on type: TypeID) -> FieldID? {
    guard name >= 0, isComposite[Int(type.index)] else { return nil }
    if name == typename { return FieldID(typenameField) }
    let found = members.find(Int(type.index), name)
    return found >= 0 ? FieldID(found) : nil
  }

  /// The position of an input field or enum value in its type.
  func member(named name: Int, of type: TypeID) -> Int? {
    let found = name >= 0 ? members.find(Int(type.index), name) : -1
    return found >= 0 ? found : nil
  }

  func argument(named name: Int, of field: FieldID) -> Int? {
    let found = name >= 0 ? fieldArguments.find(Int(field.index), name) : -1
    return found >= 0 ? found : nil
  }

  func argument(named name: Int, ofDirective directive: Int) -> Int? {
    let found = name >= 0 ? directiveArguments.find(directive, name) : -1
    return found >= 0 ? found : nil
  }

  func isPossible(_ object: TypeID, for condition: TypeID) -> Bool {
    let ordinal = Int(ordinals[Int(object.index)])
    guard ordinal >= 0 else { return false }
    return possible[Int(condition.index) * words + ordinal / 64] >> UInt64(ordinal % 64) & 1 != 0
  }

  func overlaps(_ left: TypeID, _ right: TypeID) -> Bool {
    if left == right { return true }
    for word in 0..<words
    where possible[Int(left.index) * words + word] & possible[Int(right.index) * words + word] != 0 {
      return true
    }
    return false
  }
}
