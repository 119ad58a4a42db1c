/// A value that may be absent and then takes no room: it lives behind a pointer. Copies are independent of each other.
@propertyWrapper
struct Boxed<Value: Sendable>: Sendable {
    private final class Box: @unchecked Sendable {  // Changed only by the one wrapper that refers to it.
        var value: Value?

        init(_ value: Value?) { self.value = value }
    }

    private var box: Box?

    init(wrappedValue: Value?) {
        box = wrappedValue.map(Box.init)
    }

    var wrappedValue: Value? {
        get { box?.value }
        _modify {
            if box == nil {
                box = Box(nil)
            } else if !isKnownUniquelyReferenced(&box) {
                box = Box(box?.value)
            }
            guard let current = box else { preconditionFailure("the box was just made") }
            defer { if current.value == nil { box = nil } }
            yield &current.value
        }
    }
}
