import Foundation

/// Sends requests for a while: each stream its next one when the last has ended, or at a rate whatever becomes of them.
struct LoadRun: Sendable {
    let client: LoadClient
    let demand: LoadClient.Demand
    let duration: Duration
    /// Words of the prompts that arrive beside the streams, one after the other, the last of them given up at the
    /// end; `nil` is none.
    var disturbingWords: Int?

    /// So many streams side by side.
    func closed(streams: Int) async -> LoadResult {
        let start = ContinuousClock.now
        let end = start + duration
        async let disturbed = disturb(until: end)
        let samples = await withTaskGroup(of: [LoadSample].self) { group in
            for stream in 0..<streams {
                group.addTask {
                    var samples: [LoadSample] = []
                    repeat {
                        // No two requests of a run have the same number.
                        let number = samples.count * streams + stream
                        samples.append(await client.send(demand, number: number))
                    } while ContinuousClock.now < end && samples.last?.failure == nil
                    return samples
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        return LoadResult(load: "\(streams) streams", seconds: seconds, samples: samples, disturbing: await disturbed)
    }

    /// So many requests a second, at random times; a late one counts from when it was due.
    func open(rate: Double, seed: UInt64) async -> LoadResult {
        let start = ContinuousClock.now
        var random = SplitMix(state: seed)
        async let disturbed = disturb(until: start + duration)
        let samples = await withTaskGroup(of: LoadSample.self) { group in
            var due = start
            var number = 0
            while due < start + duration {
                number += 1
                try? await ContinuousClock().sleep(until: due)
                group.addTask { [due, number] in await client.send(demand, number: number, due: due) }
                due += .seconds(-log(1 - random.unit()) / rate)
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        return LoadResult(load: "\(rate) /s", seconds: seconds, samples: samples, disturbing: await disturbed)
    }

    private func disturb(until end: ContinuousClock.Instant) async -> [LoadSample] {
        guard let disturbingWords else { return [] }
        var samples: [LoadSample] = []
        // The streams get their undisturbed start.
        try? await ContinuousClock().sleep(for: duration / 10)
        let demand = LoadClient.Demand(words: disturbingWords, maxTokens: 1)
        while ContinuousClock.now < end, samples.last?.failure == nil {
            samples.append(await client.send(demand, number: 1_000_000 + samples.count, until: end))
        }
        return samples
    }
}

/// Random numbers that are the same for the same seed.
private struct SplitMix {
    var state: UInt64

    /// In `[0, 1)`.
    mutating func unit() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((mixed ^ (mixed >> 31)) >> 11) * 0x1p-53
    }
}
