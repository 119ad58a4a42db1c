extension Renderer {
    func run(_ body: [Statement]) throws(TemplateError) -> Flow {
        for statement in body {
            let flow = try run(statement)
            if flow != .next { return flow }
        }
        return .next
    }

    private func run(_ statement: Statement) throws(TemplateError) -> Flow {
        line = statement.line
        switch statement.kind {
        case .text(let text): try write(text)
        case .output(let expression): try write(try evaluate(expression).text())
        case .breakLoop: return .breakLoop
        case .continueLoop: return .continueLoop
        default: return try nested { () throws(TemplateError) in try runBlock(statement) }
        }
        return .next
    }

    private func runBlock(_ statement: Statement) throws(TemplateError) -> Flow {
        switch statement.kind {
        case .branch(let branches, let otherwise):
            for branch in branches where try evaluate(branch.test).isTrue { return try run(branch.body) }
            return try run(otherwise)
        case .loop(let loop): try run(loop)
        case .set(let target, let expression): try assign(try evaluate(expression), to: target)
        case .setBlock(let target, let filter, let body):
            let text = try capturedBlock(body)
            try assign(
                try filter.map { (filter) throws(TemplateError) in try apply(filter, to: text) } ?? text,
                to: target
            )
        case .filterBlock(let filter, let body):
            try write(try apply(filter, to: try capturedBlock(body)).text())
        case .generation(let body): try write(try capturedBlock(body).text())
        case .macro(let id, let definition): scope.set(id, .macro(try makeMacro(definition)))
        case .callBlock(let callee, let arguments, let body):
            var evaluated = try evaluate(arguments)
            let function = try evaluate(callee)
            evaluated.keyword.append(("caller", .macro(try makeMacro(body))))
            line = statement.line
            try write(try call(function, evaluated).text())
        case .with(let bindings, let body):
            let values = try bindings.map { (binding) throws(TemplateError) in try evaluate(binding.value) }
            return try withScope(of: body) { () throws(TemplateError) in
                for (binding, value) in zip(bindings, values) { try assign(value, to: binding.target) }
                return try run(body.statements)
            }
        case .text, .output, .breakLoop, .continueLoop: break
        }
        return .next
    }

    /// The text of a block with a scope of its own.
    private func capturedBlock(_ body: Block) throws(TemplateError) -> Value {
        .string(
            try captured { () throws(TemplateError) in
                try withScope(of: body) { () throws(TemplateError) in _ = try run(body.statements) }
            }
        )
    }

    // MARK: - Loops

    private func run(_ loop: ForLoop) throws(TemplateError) {
        let outer = scope
        defer { scope = outer }
        var items = try elements(of: try evaluate(loop.sequence))
        if let test = loop.test {
            var kept: [Value] = []
            for item in items {
                scope = Scope(parent: outer)
                try assign(item, to: loop.target)
                if try evaluate(test).isTrue { kept.append(item) }
            }
            items = kept
        }
        if try !runTurns(of: loop, items, inside: outer) {
            scope = newScope(of: loop.otherwise, inside: outer)
            _ = try run(loop.otherwise.statements)
        }
    }

    /// Runs the turns of a loop.
    ///
    /// - Returns: Whether a turn came to its end. Like Jinja, and unlike Python, a loop whose every turn was left by
    ///   `break` or `continue` counts as one without turns, so that its `else` runs.
    private func runTurns(of loop: ForLoop, _ items: [Value], inside outer: Scope) throws(TemplateError) -> Bool {
        let state = LoopState(items)
        let loopName = names.existing("loop")
        var isComplete = false
        for index in items.indices {
            state.index0 = index
            try charge(bytes: 100)
            scope = newScope(of: loop.body, inside: outer)
            try assign(items[index], to: loop.target)
            if let loopName { scope.set(loopName, .loop(state)) }
            switch try run(loop.body.statements) {
            case .next: isComplete = true
            case .continueLoop: break
            case .breakLoop: return isComplete
            }
        }
        return isComplete
    }

    /// Assigns to names, attributes of namespaces, or several at once.
    func assign(_ value: Value, to target: AssignmentTarget) throws(TemplateError) {
        switch target {
        case .name(let id): scope.set(id, value)
        case .namespaceAttribute(let id, let attribute):
            guard case .namespace(let namespace) = self.value(of: id) else {
                throw .failed("cannot assign attribute '\(attribute)': '\(names[id])' is not a namespace")
            }
            namespace.attributes[attribute] = value
        case .tuple(let targets):
            let parts = try elements(of: value)
            guard parts.count == targets.count else {
                throw .failed("cannot unpack \(parts.count) values into \(targets.count) names")
            }
            for (target, part) in zip(targets, parts) { try assign(part, to: target) }
        }
    }
}
