import OrderedJSON

/// Reads typed fields of a JSON object and names file and field when one is unusable.
///
/// A field that is `null` counts as absent, as Python's writers mean it.
struct ConfigurationFields {
    /// The largest size that makes sense; products of two and counts of bytes stay far from overflow.
    static let sizeLimit = 1 << 20

    let file: String
    private let members: JSONObject

    init(json: [UInt8], file: String) throws(ModelError) {
        self.file = file
        let value: JSONValue
        do { value = try JSONValue(parsing: json, options: .python) } catch { throw .invalidJSON(file: file, error) }
        guard let members = value.object else { throw .notAnObject(file: file) }
        self.members = members
    }

    /// The first of several names under which there is a value.
    func find(_ names: [String]) -> (name: String, value: JSONValue)? {
        for name in names {
            if let value = members[name], !value.isNull { return (name, value) }
        }
        return nil
    }

    func require(_ names: [String]) throws(ModelError) -> (name: String, value: JSONValue) {
        guard let found = find(names) else { throw .missingField(file: file, field: names[0]) }
        return found
    }

    func invalid(_ field: String, _ fault: ModelError.FieldFault) -> ModelError {
        .invalidField(file: file, field: field, fault)
    }

    func wrongType(_ field: String, _ expected: String, _ value: JSONValue) -> ModelError {
        invalid(field, .wrongType(expected: expected, found: value.kind))
    }

    /// A whole number of at least 1, or of at least `minimum`.
    func size(
        _ names: String...,
        or fallback: Int? = nil,
        minimum: Int = 1,
        limit: Int = ConfigurationFields.sizeLimit
    ) throws(ModelError) -> Int {
        if let fallback, find(names) == nil { return fallback }
        let (name, value) = try require(names)
        return try size(name, value, allowed: minimum...limit)
    }

    /// A whole number in `allowed`.
    func size(_ name: String, _ value: JSONValue, allowed: ClosedRange<Int>) throws(ModelError) -> Int {
        guard case .integer(let number) = value else { throw wrongType(name, "an integer", value) }
        guard allowed.contains(Int(number)) else {
            throw invalid(name, .outOfRange(value: Int(number), allowed: allowed))
        }
        return Int(number)
    }

    func flag(_ name: String, or fallback: Bool) throws(ModelError) -> Bool {
        guard let (name, value) = find([name]) else { return fallback }
        guard let flag = value.bool else { throw wrongType(name, "a boolean", value) }
        return flag
    }

    /// A finite number above 0.
    func positive(_ names: String..., or fallback: Double? = nil) throws(ModelError) -> Double {
        if let fallback, find(names) == nil { return fallback }
        let (name, value) = try require(names)
        let number = try number(name, value)
        guard number.isFinite, Float(number) > 0, Float(number).isFinite else {
            throw invalid(name, .unusableNumber(number))
        }
        return number
    }

    /// A number, also one written as `{"__float__": "Infinity"}`.
    func number(_ name: String, _ value: JSONValue) throws(ModelError) -> Double {
        if let number = value.number { return number }
        switch value["__float__"]?.string {
        case "Infinity": return .infinity
        case "-Infinity": return -.infinity
        case "NaN": return .nan
        default: throw wrongType(name, "a number", value)
        }
    }

    /// Refuses every value but the one that is implemented.
    func expect(_ name: String, _ supported: String, isRequired: Bool = false) throws(ModelError) {
        guard let (name, value) = isRequired ? try require([name]) : find([name]) else { return }
        guard let text = value.string else { throw wrongType(name, "a string", value) }
        guard text == supported else { throw invalid(name, .unsupported(found: text, supported: supported)) }
    }

    /// Token ids given as one number or as a list, each below `vocabularySize`.
    func tokens(_ name: String, vocabularySize: Int) throws(ModelError) -> Set<Int32> {
        guard let (name, value) = find([name]) else { return [] }
        var tokens: Set<Int32> = []
        for element in value.array ?? [value] {
            tokens.insert(Int32(try size(name, element, allowed: 0...(vocabularySize - 1))))
        }
        return tokens
    }
}
