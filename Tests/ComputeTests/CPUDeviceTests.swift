import Compute
import Testing

@Suite struct CPUDeviceTests {
    @Test("kernels are chosen by name, and unknown names are refused")
    func variants() throws {
        #expect(try KernelVariant(named: nil) == .best)
        #expect(try KernelVariant(named: "scalar") == .scalar)
        #expect(KernelVariant.supported.contains(.scalar))
        #expect(throws: ComputeError.unknownKernels(name: "mmx")) { try KernelVariant(named: "mmx") }
        #expect("\(ComputeError.unknownKernels(name: "mmx"))".contains("scalar, avx2, avx512"))
        for variant in KernelVariant.allCases where !KernelVariant.supported.contains(variant) {
            #expect(throws: ComputeError.unsupportedKernels(variant)) { try KernelVariant(named: variant.rawValue) }
            #expect(throws: ComputeError.unsupportedKernels(variant)) {
                try CPUDevice(threadCount: 1, variant: variant)
            }
        }
    }

    @Test("memory starts at zero, is written, read and cleared")
    func memory() throws {
        let device = try CPUDevice(threadCount: 1)
        let buffer = try device.makeBuffer(count: 5)
        #expect(Array(device.hostView(of: buffer, count: 5)) == [0, 0, 0, 0, 0])
        [1, 2, 3].withUnsafeBufferPointer { device.write($0, to: buffer, at: 1) }
        device.clear(2..<3, of: buffer)
        var copy = [Float](repeating: 9, count: 4)
        device.read(1..<5, of: buffer, into: &copy)
        #expect(copy == [1, 0, 3, 0])
    }

    @Test("memory that cannot be had is an error")
    func outOfMemory() throws {
        let device = try CPUDevice(threadCount: 1)
        #expect(throws: ComputeError.outOfMemory(bytes: 1 << 62)) { try device.makeBuffer(count: 1 << 60) }
        #expect(throws: ComputeError.outOfMemory(bytes: Int.max)) { try device.makeBuffer(count: Int.max) }
    }
}
