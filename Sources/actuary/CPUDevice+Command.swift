import Compute
import Foundation

extension CPUDevice {
    /// The processor with so many threads, 0 for one a core, and the kernels that `ACTUARY_KERNELS` names.
    static func forCommand(threads: Int, pinsThreads: Bool = false) throws(CommandFailure) -> CPUDevice {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        do throws(ComputeError) {
            let variant = try KernelVariant(named: ProcessInfo.processInfo.environment["ACTUARY_KERNELS"])
            return try CPUDevice(
                threadCount: threads == 0 ? cores : threads,
                pinsThreads: pinsThreads,
                variant: variant
            )
        } catch {
            throw .badConfiguration("ACTUARY_KERNELS: \(error)")
        }
    }
}
