/// Filters that work element by element and only when they are read: `map`, `select` and their kin.
extension Renderer {
    func lazyFilter(_ filter: FilterName, _ value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
        .iterator(
            try LazyIterator("generator", over: value) { (renderer) throws(TemplateError) in
                guard value.isTrue else { return [] }
                return filter == .map
                    ? try renderer.mapped(value, arguments) : try renderer.selected(filter, value, arguments)
            }
        )
    }

    private func mapped(_ value: Value, _ arguments: CallArguments) throws(TemplateError) -> [Value] {
        if arguments.positional.isEmpty, arguments.keyword.contains(where: { $0.name == "attribute" }) {
            let given = try arguments.bound(to: "map", ["attribute", "default"])
            let path = try attributePath(given[0])
            return try elements(of: value).map { (item) throws(TemplateError) in
                try follow(path, from: item, standard: given[1])
            }
        }
        var rest = arguments
        guard !rest.positional.isEmpty, case .string(let name) = rest.positional.removeFirst() else {
            throw .failed("map needs the name of a filter, or attribute=")
        }
        guard let filter = FilterName(rawValue: name.string) else {
            throw .failed("filter '\(name.string)' is not supported")
        }
        return try elements(of: value).map { (item) throws(TemplateError) in try apply(filter, to: item, rest) }
    }

    private func selected(
        _ filter: FilterName,
        _ value: Value,
        _ arguments: CallArguments
    ) throws(TemplateError) -> [Value] {
        var rest = arguments
        var path: [Value] = []
        if filter == .selectattr || filter == .rejectattr {
            guard !rest.positional.isEmpty else { throw .failed("\(filter.rawValue) needs the name of an attribute") }
            path = try attributePath(rest.positional.removeFirst())
        }
        var test: TestName?
        if !rest.positional.isEmpty {
            let name = try rest.positional.removeFirst().text().string
            guard let known = TestName(rawValue: name) else { throw .failed("test '\(name)' is not supported") }
            test = known
        }
        let keeps = filter == .select || filter == .selectattr
        var result: [Value] = []
        for item in try elements(of: value) {
            let subject = try follow(path, from: item)
            let isTrue =
                try test.map { (test) throws(TemplateError) in try passes(subject, test, rest) } ?? subject.isTrue
            if isTrue == keeps { result.append(item) }
        }
        return result
    }

    // MARK: - Attribute paths

    /// The steps of `"a.b.0"`; none for `None`.
    func attributePath(_ value: Value?) throws(TemplateError) -> [Value] {
        switch value {
        case nil, .some(.none): return []
        case .string(let text)?:
            return text.split(separator: TemplateString(trusted: "."), limit: .max, fromRight: false).map { part in
                guard PythonText.all(part, { $0.properties.numericType == .decimal }), let index = Int(part.string)
                else { return .string(part) }
                return .int(index)
            }
        case let value?: return [value]
        }
    }

    /// The paths of `"a,b.c"`.
    func attributePaths(_ value: Value?) throws(TemplateError) -> [[Value]] {
        guard case .string(let text)? = value else { return [try attributePath(value)] }
        return try text.split(separator: TemplateString(trusted: ","), limit: .max, fromRight: false)
            .map { (part) throws(TemplateError) in try attributePath(.string(part)) }
    }

    /// The value at the end of a path; `standard` stands in for what is undefined on the way.
    func follow(_ path: [Value], from item: Value, standard: Value? = nil) throws(TemplateError) -> Value {
        var current = item
        for step in path {
            current = try self.item(step, of: current)
            if case .undefined = current, let standard {
                if case .none = standard { continue }
                current = standard
            }
        }
        return current
    }
}
