/// Variables of a template, of a turn of a loop, of a macro's call or of another block that keeps its own.
final class Scope {
    let parent: Scope?
    private var ids: [NameID] = []
    private var values: [Value] = []

    /// Begins with `hidden` names: they are undefined until they are set.
    init(parent: Scope?, hiding hidden: [(id: NameID, value: Value)] = []) {
        self.parent = parent
        for name in hidden { set(name.id, name.value) }
    }

    /// The innermost value of that name.
    func value(_ id: NameID) -> Value? {
        var scope: Scope? = self
        while let current = scope {
            if let position = current.ids.firstIndex(of: id) { return current.values[position] }
            scope = current.parent
        }
        return nil
    }

    /// Sets the variable of this scope, hiding outer ones of the name.
    func set(_ id: NameID, _ value: Value) {
        if let position = ids.firstIndex(of: id) {
            values[position] = value
        } else {
            ids.append(id)
            values.append(value)
        }
    }

    func removeAll() {
        ids = []
        values = []
    }
}
