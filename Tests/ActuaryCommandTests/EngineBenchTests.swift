import ArgumentParser
import Compute
import NemotronH
import OrderedJSON
import TestSupport
import Testing

@testable import actuary

@Suite struct EngineBenchTests {
    private static let sizes = EngineDemand.Sizes(
        weightBytes: 1000,
        matrixWeights: 800,
        headWeights: 100,
        stateBytes: 50,
        cacheBytesPerToken: 4
    )

    // MARK: - Limits

    @Test("a decode reads the weights once a step, and of each sequence the state twice and the cache once")
    func decodeDemand() {
        let measured = EngineBenchCase(phase: .decode, batch: 2, depth: 10, tokens: 4)
        let demand = EngineDemand(Self.sizes, measured, passTokens: 512)
        // 1000 / 2 + 2 * 50 + 4 * (10 + 4 / 2)
        #expect(demand.bytesPerToken == 648)
        #expect(demand.operationsPerToken == 1600)
    }

    @Test("a prefill reads the weights once a pass, and computes the head for one row of a prompt")
    func prefillDemand() {
        let measured = EngineBenchCase(phase: .prefill, batch: 1, depth: 0, tokens: 8)
        let demand = EngineDemand(Self.sizes, measured, passTokens: 4)
        // Two passes: 2 * 1000 / 8 + (2 * 50 + 4 * 4) / 8 + 4
        #expect(demand.bytesPerToken == 268.5)
        // 2 * (700 + 100 / 8)
        #expect(demand.operationsPerToken == 1425)
    }

    @Test("the limit is that of memory or arithmetic, whichever is lower")
    func limit() {
        let demand = EngineDemand(
            Self.sizes,
            EngineBenchCase(phase: .decode, batch: 2, depth: 10, tokens: 4),
            passTokens: 512
        )
        #expect(demand.limit(bytesPerSecond: 648 * 7, operationsPerSecond: 1600 * 9) == 7)
        #expect(demand.limit(bytesPerSecond: 648 * 7, operationsPerSecond: 1600 * 3) == 3)
    }

    @Test("the sizes of the 9B are those that follow from its specification")
    func nine() throws {
        let configuration = try ModelShape.configuration(named: "nemotron-nano-9b-v2")
        let weightsBytes = RandomWeights.byteCount(configuration, format: .packedInt4)
        let sizes = EngineDemand.Sizes(configuration, weightsBytes: weightsBytes)
        // Projections of 27 Mamba layers, 25 MLPs, 4 attention layers, and the head.
        #expect(
            sizes.matrixWeights
                == 27 * (22_656 + 10_240) * 4480 + 25 * 2 * 15_680 * 4480 + 4 * 2 * (5120 + 1024) * 4480
                + 131_072 * 4480
        )
        #expect(sizes.headWeights == 131_072 * 4480)
        #expect(sizes.stateBytes == 27 * 4 * (128 * 80 * 128 + 3 * 12_288))
        #expect(sizes.cacheBytesPerToken == 16_384)
        // 4.5 bits a weight, 8.5 for the head; vectors are less than a thousandth.
        let packed = Double(sizes.matrixWeights - sizes.headWeights) * 4.5 / 8 + Double(sizes.headWeights) * 8.5 / 8
        #expect(abs(Double(sizes.weightBytes) / packed - 1) < 0.002)
    }

    @Test("a head that is the same matrix as the embeddings is read and multiplied")
    func tied() throws {
        let configuration = try ModelShape.configuration(named: Fixtures.embeddedModel + "/config.json")
        let bytes = RandomWeights.byteCount(configuration, format: .packedInt8)
        let sizes = EngineDemand.Sizes(configuration, weightsBytes: bytes)
        let table = configuration.vocabularySize * configuration.hiddenSize
        #expect(sizes.headWeights == table && sizes.matrixWeights > table)
        #expect(sizes.weightBytes == bytes - (configuration.tiesEmbeddings ? 0 : 2 * table))
    }

    // MARK: - Passes

    @Test("prompts fill the passes, each token is computed once, and each prompt samples at its end")
    func prefillPasses() {
        for (batch, tokens, limit) in [(1, 1, 1), (1, 512, 512), (3, 5, 4), (4, 128, 512), (7, 13, 10), (2, 1025, 512)]
        {
            let measured = EngineBenchCase(phase: .prefill, batch: batch, depth: 3, tokens: tokens)
            let passes = measured.passes(passTokens: limit)
            #expect(passes.count == (batch * tokens + limit - 1) / limit)
            #expect(passes.dropLast().allSatisfy { $0.map(\.count).reduce(0, +) == limit })
            for slot in 0..<batch {
                let parts = passes.flatMap(\.self).filter { $0.slot == slot }
                #expect(parts.first?.position == 3 && parts.map(\.count).reduce(0, +) == tokens)
                #expect(zip(parts, parts.dropFirst()).allSatisfy { $0.position + $0.count == $1.position })
                #expect(parts.map(\.isLast) == parts.indices.map { $0 == parts.count - 1 })
            }
            #expect(passes.allSatisfy { Set($0.map(\.slot)).count == $0.count })
        }
    }

    @Test("a step of a decode has one token of each sequence")
    func decodePasses() {
        let passes = EngineBenchCase(phase: .decode, batch: 3, depth: 9, tokens: 2).passes(passTokens: 512)
        #expect(passes.map { $0.map(\.slot) } == [[0, 1, 2], [0, 1, 2]])
        #expect(passes.map { $0.map(\.position) } == [[9, 9, 9], [10, 10, 10]])
        #expect(passes.joined().allSatisfy { $0.count == 1 && $0.isLast })
    }

    @Test("a step with guesses computes them behind its token, and the next one goes on behind them")
    func draftPasses() {
        let measured = EngineBenchCase(phase: .decode, batch: 2, depth: 9, tokens: 3, drafts: 3)
        let passes = measured.passes(passTokens: 512)
        #expect(passes.map { $0.map(\.position) } == [[9, 9], [13, 13], [17, 17]])
        #expect(passes.joined().allSatisfy { $0.count == 4 && $0.drafts == 3 && $0.isLast })
        #expect(measured.tokenCount == 24 && measured.length == 21)
        let demand = EngineDemand(Self.sizes, measured, passTokens: 512)
        // (1000 / 2 + 2 * 50 + 4 * (9 + 12 / 2)) / 4
        #expect(demand.bytesPerToken == 165)
    }

    // MARK: - Whole runs

    @Test("every format of a small model is measured in every phase", arguments: BenchWeights.allCases)
    func run(weights: BenchWeights) throws {
        let cases = [
            EngineBenchCase(phase: .decode, batch: 1, depth: 0, tokens: 2),
            EngineBenchCase(phase: .decode, batch: 3, depth: 40, tokens: 1),
            EngineBenchCase(phase: .decode, batch: 2, depth: 5, tokens: 2, drafts: 3),
            EngineBenchCase(phase: .prefill, batch: 2, depth: 0, tokens: 20),
        ]
        let bench = try EngineBench(
            shape: Fixtures.path("models/hybrid-two-groups/config.json"),
            weights: weights,
            cases: cases,
            rounds: 2,
            device: try CPUDevice(threadCount: 2)
        )
        var told: [String] = []
        let results = try bench.run { told.append($0) }
        #expect(told.count == 8)
        #expect(results.map(\.measured) == cases)
        for result in results {
            #expect(result.tokensPerSecond > 0 && result.limitTokensPerSecond > 0 && result.fractionOfLimit > 0)
            #expect(result.readBytesPerSecond > 0 && result.operationsPerSecond > 0)
            #expect(result.residentBytes > 1 << 20 && result.threadCount == 2)
            #expect(result.secondsPerPass > 0)
            #expect(result.row.count == EngineBenchResult.header.count)
        }
    }

    @Test("a line of JSON has the members of the contract first")
    func json() throws {
        let result = EngineBenchResult(
            shape: "s",
            weights: "int4",
            measured: EngineBenchCase(phase: .prefill, batch: 2, depth: 3, tokens: 4),
            tokensPerSecond: 5,
            secondsPerPass: 0.25,
            bytesPerToken: 6,
            limitTokensPerSecond: 10,
            fractionOfLimit: 0.5,
            readBytesPerSecond: 7e9,
            operationsPerSecond: 8e9,
            threadCount: 9,
            residentBytes: 11
        )
        #expect(result.json.hasSuffix("}\n") && result.json.count { $0 == "\n" } == 1)
        let object = try #require(try JSONValue(parsing: Array(result.json.utf8)).object)
        #expect(
            Array(object.keys).prefix(11) == [
                "shape", "weights", "phase", "batch", "depth", "tokens_per_second", "bytes_per_token",
                "limit_tokens_per_second", "fraction_of_limit", "read_gb_per_second", "rss_bytes",
            ]
        )
        #expect(
            Array(object.keys).dropFirst(11) == [
                "tokens", "threads", "peak_gop_per_second", "drafts", "seconds_per_pass",
            ]
        )
        #expect(object["phase"] == "prefill" && object["batch"] == 2 && object["depth"] == 3)
        #expect(object["read_gb_per_second"]?.number == 7 && object["rss_bytes"] == 11)
    }

    // MARK: - What cannot be

    @Test("too little memory is refused with the numbers, before anything is reserved")
    func memory() throws {
        let configuration = try ModelShape.configuration(named: "transformer-9b")
        let cases = [EngineBenchCase(phase: .decode, batch: 1, depth: 131_071, tokens: 1)]
        let needed = EngineBench.neededBytes(configuration, .int4, cases)
        // The cache alone: 31 layers of 4 KiB a token.
        #expect(needed.states > 131_072 * 31 * 4096)
        let available = (needed.weights + needed.states) / 97 * 100
        let failure = #expect(throws: CommandFailure.self) {
            try EngineBench.checkMemory(configuration, .int4, cases, available: available - (1 << 20))
        }
        #expect(failure?.exitCode == 78)
        #expect(failure?.message.contains("\(needed.weights >> 20) MiB") == true)
        #expect(failure?.message.contains("\(needed.states >> 20) MiB") == true)
        try EngineBench.checkMemory(configuration, .int4, cases, available: available + (1 << 20))
    }

    @Test("a shape that is neither a name nor a config.json is bad input", arguments: ["2b", "README.md", "/"])
    func badShape(shape: String) {
        let failure = #expect(throws: CommandFailure.self) { try EngineBench.configuration(shape) }
        #expect(failure?.exitCode == 65)
        #expect(failure?.message.contains("nemotron-nano-9b-v2") == true)
    }

    @Test(
        "bad lists and numbers are bad usage",
        arguments: [
            ["decode", "--batch", "0"], ["decode", "--batch", "1,,2"], ["decode", "--batch", "1,1"],
            ["decode", "--batch", "1025"], ["decode", "--batch", ""], ["decode", "--depth", "x"],
            ["decode", "--depth=-1"], ["decode", "--weights", "int5"], ["decode", "--weights", "int4,int4"],
            ["decode", "--tokens", "0"], ["decode", "--threads", "-1"], ["decode", "--rounds", "0"],
            ["decode", "--drafts", "65"],
            ["prefill", "--tokens", "many"], ["prefill", "--threads", "1025"], ["hybrid", "--sizes", "7b"],
            ["hybrid", "--sizes", "9b,9b"], ["hybrid", "--contexts", "3"], ["hybrid", "--contexts", "4k"],
            ["hybrid", "--weights", "int4,int8"], ["hybrid", "--memory", "much"], ["hybrid", "--rounds", "0"],
            ["hybrid", "--tokens", "0"],
        ]
    )
    func badUsage(arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try Actuary.parseAsRoot(["bench"] + arguments) }
        if let error { #expect(Actuary.exitCode(for: error).rawValue == 64) }
    }

    @Test("lists are different values with commas between them, in the order they are given in")
    func lists() {
        #expect(NumberList(argument: "16,1,0")?.numbers == [16, 1, 0])
        #expect(WeightsList(argument: "bf16,int4-codebook")?.formats == [.bfloat16, .int4Codebook])
        #expect(HybridPairList(argument: "1b,9b")?.pairs == [.one, .nine])
        for bad in ["", "1,", "1,1", "-1", "x"] { #expect(NumberList(argument: bad) == nil) }
        for bad in ["", "int4,", "int4,int4", "fp8"] { #expect(WeightsList(argument: bad) == nil) }
        for bad in ["", "9b,", "1b,1b", "1B"] { #expect(HybridPairList(argument: bad) == nil) }
    }

    @Test("medians", arguments: [([], 0), ([3], 3), ([5, 1], 3), ([9, 1, 4], 4)] as [([Double], Double)])
    func median(values: [Double], expected: Double) { #expect(values.median == expected) }
}
