import Foundation
import FoundationXML
import NemotronH
import OrderedJSON
import Testing

@testable import actuary

@Suite struct HybridBenchTests {
    private func row(_ shape: String, context: Int = 4096) throws -> HybridRow {
        HybridRow(
            shape: shape,
            weights: .int4,
            configuration: try ModelShape.configuration(named: shape),
            weightsBytes: 6_000_000_000,
            measured: EngineBenchCase(phase: .decode, batch: 1, depth: context - 8, tokens: 8)
        )
    }

    private func result(
        _ row: HybridRow,
        _ tokensPerSecond: Double,
        readBytesPerSecond: Double = 1e9
    ) -> EngineBenchResult {
        EngineBenchResult(
            shape: row.shape,
            weights: row.weights,
            measured: EngineBenchCase(phase: .decode, batch: 1, depth: row.context - 8, tokens: 8),
            tokensPerSecond: tokensPerSecond,
            secondsPerPass: 1 / tokensPerSecond,
            bytesPerToken: row.bytesPerToken,
            limitTokensPerSecond: tokensPerSecond * 2,
            fractionOfLimit: 0.5,
            readBytesPerSecond: readBytesPerSecond,
            operationsPerSecond: 1e9,
            threadCount: 2,
            residentBytes: 7_000_000_000
        )
    }

    /// The 9B and its transformer at two contexts; the longer one of the transformer does not fit.
    private func report() throws -> HybridReport {
        var rows = [
            try row("nemotron-nano-9b-v2"), try row("nemotron-nano-9b-v2", context: 131_072),
            try row("transformer-9b"), try row("transformer-9b", context: 131_072),
        ]
        for (index, speed) in [(0, 10.0), (1, 6.0), (2, 8.0)] { rows[index].result = result(rows[index], speed) }
        return HybridReport(rows: rows, threadCount: 2, kernels: "avx512")
    }

    @Test("a sequence takes its state and whole blocks of keys and values")
    func memory() throws {
        let hybrid = try row("nemotron-nano-9b-v2")
        // 27 layers of state; 4 layers of 4 KiB a token.
        #expect(hybrid.stateBytes == 27 * 4 * (128 * 80 * 128 + 3 * 12_288))
        #expect(hybrid.cacheBytes == 4096 * 4 * 4096)
        let transformer = try row("transformer-9b")
        #expect(transformer.stateBytes == 0 && transformer.cacheBytes == 4096 * 31 * 4096)
        #expect(transformer.memoryBytes(sequences: 16) == 6_000_000_000 + 16 * 4096 * 31 * 4096)
        #expect(try row("transformer-9b", context: 17).cacheBytes == 32 * 31 * 4096)
    }

    @Test("memory grows with the context as the reservation of a runner does", arguments: ModelShape.names)
    func reservation(shape: String) throws {
        let configuration = try ModelShape.configuration(named: shape)
        func reserved(_ context: Int, batch: Int) -> Int {
            let measured = EngineBenchCase(phase: .decode, batch: batch, depth: context - 8, tokens: 8)
            return EngineBench.neededBytes(configuration, .int4, [measured]).states
        }
        // Scratch is that of a pass, whatever the context.
        let scratch = reserved(4096, batch: 1) - (try row(shape).sequenceBytes)
        for context in [16_384, 65_536, 131_072] {
            #expect(try reserved(context, batch: 1) - row(shape, context: context).sequenceBytes == scratch)
            #expect(
                try reserved(context, batch: 16) - 16 * scratch == 16 * row(shape, context: context).sequenceBytes
            )
        }
    }

    @Test("speeds are compared where both were measured, bytes always")
    func comparisons() throws {
        let both = try report().comparisons(.nine)
        #expect(both.map(\.hybrid.context) == [4096, 131_072])
        #expect(both.map(\.speed) == [1.25, nil])
        #expect(both[1].speedOfMemory > 2 * both[0].speedOfMemory && both[0].speedOfMemory > 0.5)
        #expect(try report().comparisons(.one).isEmpty)
        var slower = try report()
        // The transformer was measured while memory was half as fast.
        slower.rows[2].result = result(slower.rows[2], 4, readBytesPerSecond: 5e8)
        #expect(slower.comparisons(.nine).map(\.speed) == [2.5, nil])
        #expect(slower.comparisons(.nine).map(\.steadySpeed) == [1.25, nil])
    }

    @Test("the table says what does not fit")
    func table() throws {
        let lines = try report().table.split(separator: "\n")
        #expect(lines.count == 1 + 5 + 3)
        #expect(lines.filter { $0.contains("does not fit") }.count == 1)
        #expect(lines.contains { $0.hasPrefix("9b") && $0.contains(" 4096 ") && $0.contains("1.25 x") })
    }

    @Test("each line of the JSON file is one object with the same members, null where nothing was measured")
    func json() throws {
        let values = try report().jsonLines.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        #expect(values.count == 4 && Set(values.compactMap(\.object?.keys)).count == 1)
        #expect(values.map { $0["fits"] } == [true, true, true, false])
        #expect(values[0]["tokens_per_second"]?.number == 10 && values[3]["tokens_per_second"] == .null)
        #expect(values[3]["rss_bytes"] == .null && values[3]["bytes_per_token"]?.number ?? 0 > 0)
    }

    @Test(
        "numbers have three digits that count",
        arguments: [
            (0.0671, "0.07"), (0.5, "0.50"), (9.994, "9.99"), (9.996, "10.0"), (16.64, "16.6"), (99.96, "100"),
            (212.4, "212"),
        ]
    )
    func short(number: Double, text: String) {
        #expect(HybridReport.short(number) == text)
    }

    @Test("the picture is well-formed XML with a bar for each number")
    func chart() throws {
        let svg = try HybridChart(report: report()).svg
        #expect(XMLParser(data: Data(svg.utf8)).parse())
        // Two of the legend, four of memory, three of speed.
        #expect(svg.components(separatedBy: "<rect").count - 1 == 9)
        #expect(svg.components(separatedBy: ">does not fit<").count - 1 == 1)
        #expect(svg.contains("128k") && svg.contains("prefers-color-scheme: dark"))
        let empty = HybridChart(report: HybridReport(rows: [], threadCount: 1, kernels: "scalar")).svg
        #expect(XMLParser(data: Data(empty.utf8)).parse())
    }
}
