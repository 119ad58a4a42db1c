import Compute
import Foundation
import Testing

@Suite struct TensorCatalogTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("catalog-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func write(_ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: folder.appendingPathComponent(name))
    }

    private func path(_ name: String) -> String { folder.path + "/" + name }

    /// A shard with one tensor of two zeros.
    private func shard(_ tensor: String) -> [UInt8] {
        SafetensorsTests.file(#"{"\#(tensor)":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, data: 8)
    }

    @Test("shards beside an index become one catalog")
    func shards() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try write("1.safetensors", shard("a"))
        try write("2.safetensors", shard("b"))
        try write(TensorCatalog.indexName, Array(#"{"weight_map":{"a":"1.safetensors","b":"2.safetensors"}}"#.utf8))
        let catalog = try TensorCatalog(directory: folder.path)
        #expect(catalog.tensors.keys.sorted() == ["a", "b"])
        #expect(catalog.tensors["b"]?.withBytes { $0.widened(from: .float32) } == [0, 0])
    }

    @Test("an index that does not fit its folder is refused")
    func badIndices() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let index = path(TensorCatalog.indexName)
        try write("1.safetensors", shard("a"))
        try write("2.safetensors", shard("a"))
        let cases: [(String, ComputeError)] = [
            (#"{"weight_map":{"a":"3.safetensors"}}"#, .missingShard(index: index, shard: "3.safetensors")),
            (
                #"{"weight_map":{"a":"1.safetensors","z":"1.safetensors"}}"#,
                .missingInShard(index: index, shard: "1.safetensors", tensor: "z")
            ),
            (
                #"{"weight_map":{"a":"1.safetensors","b":"2.safetensors"}}"#,
                .duplicateTensor(tensor: "a", first: path("1.safetensors"), second: path("2.safetensors"))
            ),
            (#"{"weight_map":{"a":"../x.safetensors"}}"#, .invalidIndex(file: index, .invalidShard(tensor: "a"))),
            (#"{"weight_map":{"a":7}}"#, .invalidIndex(file: index, .invalidShard(tensor: "a"))),
            (#"{"weight_map":[]}"#, .invalidIndex(file: index, .noWeightMap)),
            ("[]", .invalidIndex(file: index, .noWeightMap)),
        ]
        for (json, expected) in cases {
            try write(TensorCatalog.indexName, Array(json.utf8))
            #expect(throws: expected) { try TensorCatalog(directory: folder.path) }
        }
    }

    @Test("a folder without weights, and what is no file, are refused")
    func noFiles() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(throws: ComputeError.noWeights(directory: folder.path)) { try TensorCatalog(directory: folder.path) }
        #expect(throws: ComputeError.cannotRead(file: folder.path, reason: "it is not a regular file")) {
            try MappedFile(path: folder.path)
        }
        #expect(throws: ComputeError.cannotRead(file: path("none"), reason: "No such file or directory")) {
            try MappedFile(path: path("none"))
        }
        try write(TensorCatalog.singleName, [])
        #expect(
            throws: ComputeError.truncatedHeader(file: path(TensorCatalog.singleName), neededBytes: 8, fileBytes: 0)
        ) {
            try TensorCatalog(directory: folder.path)
        }
    }
}
