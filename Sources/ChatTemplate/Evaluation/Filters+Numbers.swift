/// Filters that make numbers.
extension Renderer {
    func numberFilter(_ filter: FilterName, _ value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
        switch filter {
        case .abs:
            try arguments.requireNone(for: "abs")
            if case .double(let number) = value { return .double(number.magnitude) }
            guard let number = value.asInt else { throw .failed("abs needs a number, not \(value.typeName)") }
            return number < 0 ? try Arithmetic.negated(value) : .int(number)
        case .round: return try round(value, arguments)
        case .int: return try integer(value, arguments)
        case .float:
            let fallback = try arguments.bound(to: "float", ["default"])[0] ?? .double(0)
            if case .undefined(let missing) = value { throw .failed(missing.message) }
            if let number = value.asDouble { return .double(number) }
            guard case .string(let text) = value, let number = Renderer.parseFloat(text) else { return fallback }
            return .double(number)
        default: return try sum(value, arguments)
        }
    }

    private func sum(_ value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
        let given = try arguments.bound(to: "sum", ["attribute", "start"])
        var total = given[1] ?? .int(0)
        if case .string = total { throw .failed("sum cannot add texts; use join") }
        let path = try attributePath(given[0])
        for item in try elements(of: value) {
            total = try Arithmetic.apply(.add, total, try follow(path, from: item), self)
        }
        return total
    }

    private func integer(_ value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
        let given = try arguments.bound(to: "int", ["default", "base"])
        let fallback = given[0] ?? .int(0)
        switch value {
        case .undefined(let missing): throw .failed(missing.message)
        case .int, .bigInteger: return value
        case .bool(let flag): return .int(flag ? 1 : 0)
        case .double(let number): return try Renderer.truncated(number) ?? fallback
        case .string(let text):
            guard let base = (given[1] ?? .int(10)).asInt, (2...36).contains(base) else {
                throw .failed("int needs a base between 2 and 36")
            }
            if let number = Renderer.parseInteger(text, base: base) { return .int(number) }
            return try Renderer.parseFloat(text).flatMap { (number) throws(TemplateError) in
                try Renderer.truncated(number)
            } ?? fallback
        default: return fallback
        }
    }

    private static func truncated(_ number: Double) throws(TemplateError) -> Value? {
        guard number.isFinite else { return nil }
        guard let whole = Int(exactly: number.rounded(.towardZero)) else {
            throw .failed("whole numbers beyond 64 bits are not supported")
        }
        return .int(whole)
    }

    /// Digits as Python's `int()` reads them: blanks around, a sign, single underscores.
    private static func parseInteger(_ text: TemplateString, base: Int) -> Int? {
        var digits = text.stripped().utf8
        var sign = ""
        if let first = digits.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            sign = first == UInt8(ascii: "-") ? "-" : ""
            digits.removeFirst()
        }
        guard let plain = withoutUnderscores(digits), plain.first != UInt8(ascii: "+"),
            plain.first != UInt8(ascii: "-")
        else { return nil }
        return Int(sign + String(decoding: plain, as: UTF8.self), radix: base)
    }

    /// A number as Python's `float()` reads it.
    private static func parseFloat(_ text: TemplateString) -> Double? {
        guard let plain = withoutUnderscores(text.stripped().utf8) else { return nil }
        let word = String(decoding: plain, as: UTF8.self).lowercased()
        switch word.first == "-" || word.first == "+" ? String(word.dropFirst()) : word {
        case "inf", "infinity": return word.first == "-" ? -.infinity : .infinity
        case "nan": return .nan
        default: break
        }
        guard plain.allSatisfy({ "0123456789+-.e".utf8.contains($0 | (($0 & 0x40) >> 1)) }) else { return nil }
        // Swift wants digits on both sides of the point, Python on one.
        var completed = word
        if let point = word.firstIndex(of: ".") {
            let before = point > word.startIndex && word[word.index(before: point)].isNumber
            let after = word.index(after: point) < word.endIndex && word[word.index(after: point)].isNumber
            guard before || after else { return nil }
            if !after { completed.insert("0", at: completed.index(after: point)) }
            if !before { completed.insert("0", at: point) }
        }
        return Double(completed)
    }

    /// `nil` if an underscore does not stand between two digits.
    private static func withoutUnderscores(_ digits: [UInt8]) -> [UInt8]? {
        for (index, byte) in digits.enumerated() where byte == UInt8(ascii: "_") {
            guard index > 0, index + 1 < digits.count, digits[index - 1] != byte, digits[index + 1] != byte else {
                return nil
            }
        }
        return digits.isEmpty ? nil : digits.filter { $0 != UInt8(ascii: "_") }
    }

    // MARK: - Rounding

    private func round(_ value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
        let given = try arguments.bound(to: "round", ["precision", "method"])
        guard let precision = (given[0] ?? .int(0)).asInt, (-18...22).contains(precision) else {
            throw .failed("round needs a precision between -18 and 22")
        }
        let method = try (given[1] ?? .string(TemplateString(trusted: "common"))).text().string
        guard ["common", "ceil", "floor"].contains(method) else {
            throw .failed("the method of round must be common, ceil or floor")
        }
        if case .undefined(let missing) = value { throw .failed(missing.message) }
        var scale = 1.0
        for _ in 0..<precision.magnitude { scale *= 10 }
        if method == "common" {
            if let whole = value.asInt, precision >= 0 { return .int(whole) }
            guard case .double(let number) = value, precision >= 0 else {
                throw .failed("round cannot round \(value.typeName) to \(precision) digits")
            }
            return .double(Renderer.rounded(number, scale))
        }
        guard let number = value.asDouble, precision >= 0 else {
            throw .failed("round needs a number, not \(value.typeName)")
        }
        let scaled = number * scale
        guard scaled.isFinite else { throw .failed("round needs a finite number") }
        // Python goes through a whole number here, which has no negative zero.
        return .double((scaled.rounded(method == "ceil" ? .up : .down) + 0.0) / scale)
    }

    /// Rounds the exact value of `number * scale`, ties to even, as Python does.
    private static func rounded(_ number: Double, _ scale: Double) -> Double {
        let product = number * scale
        guard product.isFinite, product.magnitude < 0x1p52 else { return number }
        let error = (-product).addingProduct(number, scale)
        var nearest = product.rounded(.toNearestOrEven)
        // Where the product only looks like a tie, its rounding error tells the side.
        if (product - product.rounded(.down)) == 0.5, error != 0 {
            nearest = error > 0 ? product.rounded(.up) : product.rounded(.down)
        }
        let result = nearest / scale
        return result == 0 ? Double(signOf: number, magnitudeOf: 0) : result
    }
}
