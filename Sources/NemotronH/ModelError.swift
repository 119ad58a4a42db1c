package import Compute
package import OrderedJSON

/// Why a folder is not a model that can be run.
package enum ModelError: Error, Equatable, Sendable {
    /// The files of weights or the device failed.
    case compute(ComputeError)
    case invalidJSON(file: String, JSONParseError)
    case notAnObject(file: String)
    /// None of the names under which the field is known is there.
    case missingField(file: String, field: String)
    case invalidField(file: String, field: String, FieldFault)
    case missingTensor(file: String, tensor: String)
    /// Tensors that the configuration does not call for, in alphabetical order.
    case surplusTensors(file: String, tensors: [String])
    case wrongShape(file: String, tensor: String, expected: [Int], found: [Int])
    case unsupportedType(file: String, tensor: String, found: TensorType)
    case invalidCapacity(field: String, FieldFault)

    /// What is wrong with one value.
    package enum FieldFault: Equatable, Sendable {
        case wrongType(expected: String, found: String)
        case outOfRange(value: Int, allowed: ClosedRange<Int>)
        /// A number that is not finite or not positive where it must be.
        case unusableNumber(Double)
        case notDivisible(value: Int, by: String, divisor: Int)
        case wrongCount(expected: Int, found: Int)
        case unknownName(String)
        /// The value exists, but only this one is implemented.
        case unsupported(found: String, supported: String)
    }
}

extension ModelError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .compute(let error): "\(error)"
        case .invalidJSON(let file, let error): "\(file): \(error)"
        case .notAnObject(let file): "\(file): expected a JSON object"
        case .missingField(let file, let field): "\(file): \(field) is missing"
        case .invalidField(let file, let field, let fault): "\(file): \(field): \(fault)"
        case .missingTensor(let file, let tensor): "\(file): tensor \(tensor) is missing"
        case .surplusTensors(let file, let tensors):
            "\(file): \(tensors.count) tensors that config.json does not call for: "
                + tensors.prefix(8).joined(separator: ", ") + (tensors.count > 8 ? ", ..." : "")
        case .wrongShape(let file, let tensor, let expected, let found):
            "\(file): tensor \(tensor) has shape \(found), config.json calls for \(expected)"
        case .unsupportedType(let file, let tensor, let found):
            "\(file): tensor \(tensor) is \(found.rawValue); supported are F32, BF16 and F16"
        case .invalidCapacity(let field, let fault): "capacity: \(field): \(fault)"
        }
    }
}

extension ModelError.FieldFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .wrongType(let expected, let found): "expected \(expected), found \(found)"
        case .outOfRange(let value, let allowed):
            "\(value) is not between \(allowed.lowerBound) and \(allowed.upperBound)"
        case .unusableNumber(let number): "\(number) is not usable"
        case .notDivisible(let value, let name, let divisor): "\(value) is not divisible by \(name) (\(divisor))"
        case .wrongCount(let expected, let found): "expected \(expected) entries, found \(found)"
        case .unknownName(let name): "unknown name \"\(name)\""
        case .unsupported(let found, let supported): "\"\(found)\" is not supported, only \"\(supported)\" is"
        }
    }
}
