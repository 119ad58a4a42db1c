import OrderedJSON

/// The tensors of a folder: of one `model.safetensors`, or of the shards that an index names.
package struct TensorCatalog: Sendable {
    package static let singleName = "model.safetensors"
    package static let indexName = "model.safetensors.index.json"

    /// The file that a message about the catalog as a whole should name.
    package let path: String
    package let tensors: [String: StoredTensor]

    /// A catalog that was put together by other means than reading a folder.
    package init(path: String, tensors: [String: StoredTensor]) {
        self.path = path
        self.tensors = tensors
    }

    /// Reads the headers of all files of weights in a folder.
    package init(directory: String) throws(ComputeError) {
        let index = directory + "/" + TensorCatalog.indexName
        let single = directory + "/" + TensorCatalog.singleName
        if MappedFile.exists(index) {
            try self.init(index: index, directory: directory)
        } else if MappedFile.exists(single) {
            try self.init(file: single)
        } else {
            throw .noWeights(directory: directory)
        }
    }

    /// Reads the header of one file.
    package init(file path: String) throws(ComputeError) {
        self.path = path
        tensors = try TensorCatalog.tensors(of: path)
    }

    private init(index: String, directory: String) throws(ComputeError) {
        let shardOfTensor = try TensorCatalog.weightMap(of: index)
        var tensors: [String: StoredTensor] = [:]
        for shard in Set(shardOfTensor.values).sorted() {
            let path = directory + "/" + shard
            guard MappedFile.exists(path) else { throw .missingShard(index: index, shard: shard) }
            for (name, tensor) in try TensorCatalog.tensors(of: path) {
                if let other = tensors.updateValue(tensor, forKey: name) {
                    throw .duplicateTensor(tensor: name, first: other.file.path, second: path)
                }
            }
        }
        for (name, shard) in shardOfTensor.sorted(by: { $0.key < $1.key })
        where tensors[name]?.file.path != directory + "/" + shard {
            throw .missingInShard(index: index, shard: shard, tensor: name)
        }
        path = index
        self.tensors = tensors
    }

    private static func tensors(of path: String) throws(ComputeError) -> [String: StoredTensor] {
        let file = try MappedFile(path: path)
        let header = try file.withBytes { bytes throws(ComputeError) in
            try SafetensorsHeader(bytes: bytes, file: path)
        }
        var tensors: [String: StoredTensor] = [:]
        for (name, entry) in header.entries {
            tensors[name] = StoredTensor(
                name: name,
                type: entry.type,
                shape: entry.shape,
                byteRange: entry.byteRange,
                file: file
            )
        }
        return tensors
    }

    private static func weightMap(of index: String) throws(ComputeError) -> [String: String] {
        let file = try MappedFile(path: index)
        let json: JSONValue
        do { json = try JSONValue(parsing: file.copy()) } catch { throw .invalidJSON(file: index, error) }
        guard let members = json["weight_map"]?.object else { throw .invalidIndex(file: index, .noWeightMap) }
        var map: [String: String] = [:]
        for (tensor, value) in members {
            // A shard lies beside its index; anything else could point anywhere in the file system.
            guard let shard = value.string, !shard.isEmpty, !shard.contains("/"), !shard.contains("\0") else {
                throw .invalidIndex(file: index, .invalidShard(tensor: tensor))
            }
            map[tensor] = shard
        }
        return map
    }
}
