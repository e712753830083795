/// The arrays of an ``OutputPlan``, borrowed as plain pointers: what the writer of answers walks.
///
/// Lives only inside ``OutputPlan/withView(_:)``. Every index in a plan was made by the planner for that plan.
@safe struct OutputPlanView {
  let selections: UnsafeBufferPointer<SelectionPlan>
  let variants: UnsafeBufferPointer<SelectionVariant>
  let fields: UnsafeBufferPointer<OutputField>
  let enumValues: UnsafeBufferPointer<TextRange>
  private let text: UnsafeBufferPointer<UInt8>

  fileprivate init(
    selections: UnsafeBufferPointer<SelectionPlan>,
    variants: UnsafeBufferPointer<SelectionVariant>,
    fields: UnsafeBufferPointer<OutputField>,
    enumValues: UnsafeBufferPointer<TextRange>,
    text: UnsafeBufferPointer<UInt8>
  ) {
    unsafe self.selections = selections
    unsafe self.variants = variants
    unsafe self.fields = fields
    unsafe self.enumValues = enumValues
    unsafe self.text = text
  }

  @inline(__always)
  func text(_ range: TextRange) -> UnsafeBufferPointer<UInt8> {
    unsafe UnsafeBufferPointer(rebasing: text[range.range])
  }
}

extension OutputPlan {
  /// Lends the plan's arrays to `body`.
  func withView<Result>(_ body: (OutputPlanView) -> Result) -> Result {
    unsafe selections.withUnsafeBufferPointer { selections in
      unsafe variants.withUnsafeBufferPointer { variants in
        unsafe fields.withUnsafeBufferPointer { fields in
          unsafe enumValues.withUnsafeBufferPointer { enumValues in
            unsafe text.withUnsafeBufferPointer { text in
              body(
                unsafe OutputPlanView(
                  selections: selections,
                  variants: variants,
                  fields: fields,
                  enumValues: enumValues,
                  text: text
                )
              )
            }
          }
        }
      }
    }
  }
}
