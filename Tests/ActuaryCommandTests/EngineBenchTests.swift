import NemotronH
import OrderedJSON
import Testing

@testable import actuary

@Suite struct EngineBenchTests {
    private let sizes = EngineDemand.Sizes(
        weightBytes: 1000,
        matrixWeights: 500,
        headWeights: 100,
        stateBytes: 30,
        cacheBytesPerToken: 2
    )

    @Test("a decode reads the weights once for all, and each sequence's state and cache")
    func decode() {
        let measured = EngineBenchCase(phase: .decode, batch: 4, depth: 10, tokens: 2)
        let demand = EngineDemand(sizes, measured, passTokens: 512)
        // Weights 1000 / 4, state 2 * 30, cache 2 * 11.
        #expect(demand.bytesPerToken == 332)
        #expect(demand.operationsPerToken == 1000)
    }

    @Test("a prompt reads the weights once a pass, and computes the head once")
    func prefill() {
        let measured = EngineBenchCase(phase: .prefill, batch: 1, depth: 0, tokens: 100)
        let demand = EngineDemand(sizes, measured, passTokens: 40)
        #expect(demand.operationsPerToken == 802)
        // Weights 3 * 1000 / 100, state and half the cache (60 + 2 * 50) / 100, what is stored 2.
        #expect(abs(demand.bytesPerToken - 33.6) < 1e-9)
    }

    @Test("the limit is the tighter one of memory and arithmetic")
    func limit() {
        let demand = EngineDemand(
            sizes,
            EngineBenchCase(phase: .decode, batch: 1, depth: 0, tokens: 1),
            passTokens: 1
        )
        #expect(demand.limit(bytesPerSecond: 1061, operationsPerSecond: 1e9) == 1)
        #expect(demand.limit(bytesPerSecond: 1e9, operationsPerSecond: 3000) == 3)
    }

    @Test("a line of JSON has the fields of the design")
    func fields() throws {
        let result = EngineBenchResult(
            shape: "1b",
            weights: "int4",
            measured: EngineBenchCase(phase: .decode, batch: 2, depth: 3, tokens: 4),
            tokensPerSecond: 1.5,
            bytesPerToken: 2,
            limitTokensPerSecond: 3,
            fractionOfLimit: 0.5,
            readBytesPerSecond: 4e9,
            operationsPerSecond: 5e9,
            threadCount: 6,
            residentBytes: 7
        )
        let object = try JSONValue(parsing: Array(result.json.utf8))
        for (name, value) in [
            ("batch", 2), ("depth", 3), ("tokens_per_second", 1.5), ("bytes_per_token", 2),
            ("limit_tokens_per_second", 3), ("fraction_of_limit", 0.5), ("read_gb_per_second", 4), ("rss_bytes", 7),
        ] as [(String, Double)] {
            #expect(object[name]?.number == value, "\(name)")
        }
        #expect(object["shape"] == "1b" && object["weights"] == "int4" && object["phase"] == "decode")
    }

    @Test("lists are different values with commas between them")
    func lists() {
        #expect(NumberList(argument: "0,4096")?.numbers == [0, 4096])
        #expect(WeightsList(argument: "int4,bf16")?.formats == [.int4, .bfloat16])
        for bad in ["", "1,", "1,1", "-1", "x"] { #expect(NumberList(argument: bad) == nil) }
        for bad in ["", "int4,", "int4,int4", "fp8"] { #expect(WeightsList(argument: bad) == nil) }
    }

    @Test("medians", arguments: [([], 0), ([3], 3), ([5, 1], 3), ([9, 1, 4], 4)] as [([Double], Double)])
    func median(values: [Double], expected: Double) { #expect(values.median == expected) }
}
