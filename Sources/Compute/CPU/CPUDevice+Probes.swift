import CKernels
import Synchronization

extension CPUDevice {
    /// What a probe multiplies.
    package enum Arithmetic: Sendable {
        case int8
        case bfloat16
    }

    /// Reads memory once on all threads; the fastest that weights could be read.
    package func probeReading(_ memory: UnsafeRawBufferPointer) {
        guard let start = memory.baseAddress else { return }
        // The sum keeps the reads from being left out.
        let sum = Atomic<UInt64>(0)
        team.divide(memory.count, step: 4096, sharesPerThread: 4) { range in
            sum.wrappingAdd(ck_probe_read(start + range.lowerBound, range.count), ordering: .relaxed)
        }
    }

    /// Multiplies in registers on all threads.
    ///
    /// - Returns: Operations, two for each product.
    package func probeArithmetic(_ arithmetic: Arithmetic, rounds: Int64) -> Int64 {
        let operations = Atomic<Int64>(0)
        team.run { _ in
            let done =
                switch arithmetic {
                case .int8: ck_probe_whole(rounds)
                case .bfloat16: ck_probe_brain(rounds)
                }
            operations.wrappingAdd(done, ordering: .relaxed)
        }
        return operations.load(ordering: .relaxed)
    }
}
