import OrderedJSON

/// Checks a body against a table and keeps what the server uses of it.
///
/// The result has the fields that work, without the null ones, in the order in which they were sent.
struct ParameterReader {
    /// The paths of fields that had no effect, each once; indices of arrays are left out, `messages[].colour`.
    private(set) var ignored: [String] = []
    private var noted: Set<String> = []
    /// Unknown names that are like no budget and no price.
    private var harmlessNames: Set<String> = []

    /// The most different unknown names in a body: each is compared with all known budgets.
    static let maxUnknownNameCount = 1000

    /// Reads a whole body.
    ///
    /// - Throws: `APIError` that names the first field at fault and says what is allowed.
    static func read(
        _ body: JSONValue,
        _ table: ParameterTable
    ) throws(APIError) -> (fields: JSONObject, ignored: [String]) {
        guard let members = body.object else {
            throw .invalidRequest("The body must be a JSON object, but was \(body.kind).", code: "invalid_type")
        }
        var reader = ParameterReader()
        let fields = try reader.group(members, table, at: "")
        return (fields, reader.ignored)
    }

    /// Parses a whole body.
    static func parse(_ body: [UInt8]) throws(APIError) -> JSONValue {
        guard !body.isEmpty else {
            throw .invalidRequest("The body is empty; send a JSON object.", code: "invalid_json")
        }
        do throws(JSONParseError) { return try JSONValue(parsing: body) } catch { throw .invalidJSON(error) }
    }

    private mutating func group(
        _ members: JSONObject,
        _ table: ParameterTable,
        at path: String
    ) throws(APIError) -> JSONObject {
        var accepted = JSONObject()
        for (name, value) in members where !value.isNull {
            guard let parameter = table[name] else {
                try unknown(name, value, table, in: path)
                continue
            }
            let place = Self.path(path, name)
            switch parameter.support {
            case .built(let kind): accepted[name] = try check(value, kind, at: place)
            case .inert(let kind):
                _ = try check(value, kind, at: place)
                note(place)
            case .refused(let refusal):
                guard refusal.tolerates(value) else { throw refusal.error(at: place) }
            }
        }
        for parameter in table.parameters where parameter.isRequired && accepted[parameter.name] == nil {
            throw .missingParameter(Self.path(path, parameter.name))
        }
        return accepted
    }

    /// Returns the value as the server keeps it.
    private mutating func check(
        _ value: JSONValue,
        _ kind: ParameterKind,
        at path: String
    ) throws(APIError) -> JSONValue {
        switch kind {
        case .boolean, .object: if kind.takes(value) { return value }
        case .word(let words): if let word = value.string, words.contains(word) { return value }
        case .integer(let range, _): if case .integer(let number) = value, range.contains(number) { return value }
        case .number(let range): if let number = value.number, range.contains(number) { return value }
        case .string(let bytes): if let text = value.string, bytes.contains(text.utf8.count) { return value }
        case .tokenMap(let kind, let count):
            if let members = value.object, members.count <= count, members.keys.allSatisfy(Self.isTokenID) {
                for (_, member) in members { _ = try check(member, kind, at: path) }
                return value
            }
        case .group(let table):
            if let members = value.object { return .object(try group(members, table, at: path)) }
        case .variants(let variants):
            if let members = value.object { return .object(try variant(members, variants, at: path)) }
        case .list(let element, let count):
            if let elements = value.array, count.contains(elements.count) {
                return .array(try list(elements, element, at: path))
            }
        case .oneOf(let kinds):
            if let kind = kinds.first(where: { $0.takes(value) }) { return try check(value, kind, at: path) }
        case .verbatim(let kind):
            _ = try check(value, kind, at: path)
            return value
        }
        throw .invalidRequest(
            "'\(path)' must be \(kind.allowed), but was \(Quotation.of(value)).",
            param: path,
            code: Self.code(of: value, kind)
        )
    }

    private static func code(of value: JSONValue, _ kind: ParameterKind) -> String {
        guard kind.takes(value) else { return "invalid_type" }
        return value == [] ? "empty_array" : "invalid_value"
    }

    /// Whether a name is a token's number as JSON writes numbers.
    private static func isTokenID(_ name: String) -> Bool {
        guard let number = Int32(name), number >= 0 else { return false }
        return String(number) == name
    }

    private mutating func list(
        _ elements: [JSONValue],
        _ kind: ParameterKind,
        at path: String
    ) throws(APIError) -> [JSONValue] {
        var accepted: [JSONValue] = []
        accepted.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            accepted.append(try check(element, kind, at: "\(path)[\(index)]"))
        }
        return accepted
    }

    private mutating func variant(
        _ members: JSONObject,
        _ variants: ParameterVariants,
        at path: String
    ) throws(APIError) -> JSONObject {
        let place = Self.path(path, variants.discriminator)
        var word = members[variants.discriminator] ?? .null
        if word.isNull, let implied = variants.impliedWord { word = .string(implied) }
        guard !word.isNull else { throw .missingParameter(place) }
        guard let text = word.string, let table = variants[text] else {
            let allowed = Quotation.alternatives(variants.words)
            throw .invalidRequest(
                "'\(place)' must be \(allowed)\(variants.note), but was \(Quotation.of(word)).",
                param: place,
                code: word.string == nil ? "invalid_type" : "invalid_value"
            )
        }
        return try group(members, table, at: path)
    }

    // MARK: - Unknown fields

    private mutating func unknown(
        _ name: String,
        _ value: JSONValue,
        _ table: ParameterTable,
        in path: String
    ) throws(APIError) {
        switch table.unknownMembers {
        case .kept: break
        case .refused:
            if let meant = BudgetLookalike.member(of: table, like: name) {
                throw BudgetLookalike(suggestion: Self.path(path, meant)).error(at: Self.path(path, name))
            }
            throw Parameter.Refusal(neutral: [], reason: .notBuilt).error(at: Self.path(path, name))
        case .reported, .reportedByName:
            let held = table.unknownMembers == .reported ? value : .bool(true)
            if let found = try lookalike(name, held) {
                throw found.lookalike.error(at: Self.path(path, found.names.reversed().joined(separator: ".")))
            }
            note(Self.path(path, name))
        }
    }

    /// The first budget or price under an unknown name or in what it holds, at any depth.
    ///
    /// Behind it the names on the way to it, from the inside out: paths are put together only when something was
    /// found, since a hostile body could make them long and many.
    private mutating func lookalike(
        _ name: String,
        _ value: JSONValue
    ) throws(APIError) -> (lookalike: BudgetLookalike, names: [String])? {
        guard !value.isNull else { return nil }
        if !harmlessNames.contains(name) {
            if let found = BudgetLookalike(name) { return (found, [name]) }
            harmlessNames.insert(name)
        }
        guard harmlessNames.count <= Self.maxUnknownNameCount else {
            throw .invalidRequest(
                "The body has more than \(Self.maxUnknownNameCount) unknown fields; leave them out.",
                code: "unknown_parameter"
            )
        }
        if var found = try lookalike(in: value) {
            found.names.append(name)
            return found
        }
        return nil
    }

    private mutating func lookalike(
        in value: JSONValue
    ) throws(APIError) -> (lookalike: BudgetLookalike, names: [String])? {
        switch value {
        case .object(let members):
            for (name, value) in members {
                if let found = try lookalike(name, value) { return found }
            }
        case .array(let elements):
            for element in elements {
                if let found = try lookalike(in: element) { return found }
            }
        default: break
        }
        return nil
    }

    private mutating func note(_ path: String) {
        let plain = Self.withoutIndices(path)
        if noted.insert(plain).inserted { ignored.append(plain) }
    }

    /// `messages[12].colour` as `messages[].colour`.
    private static func withoutIndices(_ path: String) -> String {
        guard path.utf8.contains(UInt8(ascii: "[")) else { return path }
        var plain = String.UnicodeScalarView()
        var isInside = false
        for scalar in path.unicodeScalars {
            if scalar == "]" { isInside = false }
            if !isInside { plain.append(scalar) }
            if scalar == "[" { isInside = true }
        }
        return String(plain)
    }

    private static func path(_ path: String, _ name: String) -> String {
        path.isEmpty ? name : "\(path).\(name)"
    }
}
