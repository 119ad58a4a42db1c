package import OrderedJSON

/// What can go wrong below the model: files of weights, and the device they are computed on.
package enum ComputeError: Error, Equatable, Sendable {
    /// The system refused a file; `reason` is its own text.
    case cannotRead(file: String, reason: String)
    /// The file ends inside the 8 bytes of the header's length or inside the header.
    case truncatedHeader(file: String, neededBytes: UInt64, fileBytes: Int)
    case headerTooLarge(file: String, headerBytes: UInt64, limitBytes: Int)
    case invalidJSON(file: String, JSONParseError)
    case notAnObject(file: String)
    case invalidTensor(file: String, tensor: String, TensorFault)
    /// The file ends before the last tensor does.
    case truncatedData(file: String, neededBytes: Int, dataBytes: Int)
    /// Bytes that belong to no tensor follow the last one.
    case trailingData(file: String, usedBytes: Int, dataBytes: Int)
    case overlappingTensors(file: String, first: String, second: String)
    /// Bytes that belong to no tensor lie before this one.
    case gapBeforeTensor(file: String, tensor: String)
    /// The folder holds neither a `model.safetensors` nor an index of shards.
    case noWeights(directory: String)
    case invalidIndex(file: String, IndexFault)
    case missingShard(index: String, shard: String)
    /// The index says that the shard has this tensor, and it has not.
    case missingInShard(index: String, shard: String, tensor: String)
    case duplicateTensor(tensor: String, first: String, second: String)
    case notPacked(file: String)
    case packedTruncated(file: String, neededBytes: Int, fileBytes: Int)
    case packedTooLong(file: String, expectedBytes: Int, fileBytes: Int)
    case packedVersion(file: String, found: UInt64, known: Int)
    /// Matrices laid out for kernels that this program does not have.
    case packedLayout(file: String, found: String)
    /// A part of a packed file is not what was written.
    case damagedPart(file: String, part: String)
    /// A weight is not a finite number.
    case notFinite(file: String, tensor: String)
    case diskFull(file: String)
    case cannotWrite(file: String, reason: String)
    case outOfMemory(bytes: Int)
    case unknownKernels(name: String)
    /// The machine lacks the instructions of these kernels.
    case unsupportedKernels(KernelVariant)

    /// What is wrong with one entry of a file's header.
    package enum TensorFault: Error, Equatable, Sendable {
        case notAnObject
        case missing(field: String)
        case invalid(field: String)
        case unknownType(String)
        case tooLarge
        /// The range of bytes is not as long as shape and type demand.
        case sizeMismatch(shapeBytes: Int, rangeBytes: Int)
    }

    /// What is wrong with an index of shards.
    package enum IndexFault: Equatable, Sendable {
        case noWeightMap
        /// The shard of this tensor is not the plain name of a file.
        case invalidShard(tensor: String)
    }
}

extension ComputeError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .cannotRead(let file, let reason): "cannot read \(file): \(reason)"
        case .truncatedHeader(let file, let needed, let bytes):
            "\(file) is truncated: its header needs \(needed) bytes, the file has \(bytes); download it again"
        case .headerTooLarge(let file, let bytes, let limit):
            "\(file) is no safetensors file: it claims a header of \(bytes) bytes, the limit is \(limit)"
        case .invalidJSON(let file, let error): "\(file): \(error)"
        case .notAnObject(let file): "\(file): expected a JSON object"
        case .invalidTensor(let file, let tensor, let fault): "\(file): tensor \(tensor): \(fault)"
        case .truncatedData(let file, let needed, let bytes):
            "\(file) is truncated: its tensors need \(needed) bytes, the file has \(bytes); download it again"
        case .trailingData(let file, let used, let bytes):
            "\(file): \(bytes - used) bytes after the last tensor belong to none; download it again"
        case .overlappingTensors(let file, let first, let second):
            "\(file): tensors \(first) and \(second) overlap"
        case .gapBeforeTensor(let file, let tensor): "\(file): bytes before tensor \(tensor) belong to none"
        case .noWeights(let directory):
            "\(directory) has neither model.safetensors nor model.safetensors.index.json"
        case .invalidIndex(let file, let fault): "\(file): \(fault)"
        case .missingShard(let index, let shard): "\(index) names \(shard), which is not beside it"
        case .missingInShard(let index, let shard, let tensor): "\(index) says \(shard) has \(tensor), which it has not"
        case .duplicateTensor(let tensor, let first, let second):
            "tensor \(tensor) is both in \(first) and in \(second)"
        case .notPacked(let file): "\(file) is no packed model: make one with 'actuary model pack'"
        case .packedTruncated(let file, let needed, let bytes):
            "\(file) is truncated: it should have \(needed) bytes and has \(bytes); copy or pack it again"
        case .packedTooLong(let file, let expected, let bytes):
            "\(file) has \(bytes) bytes, but was written with \(expected); copy or pack it again"
        case .packedVersion(let file, let found, let known):
            "\(file) is of version \(found) of packed models, this program knows version \(known): pack the model again"
        case .packedLayout(let file, let found):
            "\(file) is laid out for other kernels (\"\(found)\", not \"\(PackedFile.layout)\"): pack the model again"
        case .damagedPart(let file, let part): "\(file) is damaged in \(part): copy or pack it again"
        case .notFinite(let file, let tensor):
            "\(file): tensor \(tensor) has weights that are not finite; download it again"
        case .diskFull(let file): "the disk is full; \(file) was not written: free some space or choose another disk"
        case .cannotWrite(let file, let reason): "cannot write \(file): \(reason)"
        case .outOfMemory(let bytes): "cannot reserve \(bytes) bytes of memory"
        case .unknownKernels(let name):
            "unknown kernels \"\(name)\"; known are \(KernelVariant.allCases.map(\.rawValue).joined(separator: ", "))"
        case .unsupportedKernels(let variant): "this machine cannot run the \(variant.rawValue) kernels"
        }
    }
}

extension ComputeError.TensorFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notAnObject: "expected a JSON object"
        case .missing(let field): "\(field) is missing"
        case .invalid(let field): "\(field) is invalid"
        case .unknownType(let name): "unknown dtype \"\(name)\""
        case .tooLarge: "its size overflows"
        case .sizeMismatch(let shape, let range): "its shape needs \(shape) bytes, its data_offsets span \(range)"
        }
    }
}

extension ComputeError.IndexFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noWeightMap: "weight_map is missing or no object"
        case .invalidShard(let tensor): "weight_map names no plain file for \(tensor)"
        }
    }
}
