import CKernels
import Foundation
import Testing

@Suite struct RowKernelTests {
    @Test("wide norms have the scalar ones' bits", arguments: KernelCase.sizes)
    func norms(count: Int) {
        var random = KernelCase(seed: count)
        let (x, gain, gate) = (random.floats(count, scale: 5), random.floats(count), random.floats(count, scale: 30))
        var expected = x
        KernelCase.scalar.rms_norm(x, gain, 1e-5, count, &expected)
        let mean = x.reduce(0) { $0 + Double($1) * Double($1) } / Double(count)
        for index in 0..<count {
            let exact = Double(x[index]) * Double(gain[index]) / (mean + 1e-5).squareRoot()
            #expect(abs(Double(expected[index]) - exact) < 1e-5)
        }
        var gated = x
        KernelCase.scalar.gated_norm(&gated, gate, gain, 1e-5, count)
        for kernels in KernelCase.wideTables {
            var y = x
            kernels.rms_norm(x, gain, 1e-5, count, &y)
            #expect(bits(y) == bits(expected))
            y = x
            kernels.gated_norm(&y, gate, gain, 1e-5, count)
            #expect(bits(y) == bits(gated))
        }
    }

    @Test("functions of single elements have the scalar ones' bits", arguments: KernelCase.sizes)
    func elements(count: Int) {
        var random = KernelCase(seed: count)
        let (x, y) = (random.floats(count, scale: 2), random.floats(count))
        var squares = x
        KernelCase.scalar.squared_relu(&squares, count)
        #expect(squares == x.map { $0 > 0 ? $0 * $0 : 0 })
        var sums = y
        KernelCase.scalar.add_scaled(&sums, x, 0.3, count)
        #expect(sums == zip(x, y).map { $1 + 0.3 * $0 })
        for kernels in KernelCase.wideTables {
            var result = x
            kernels.squared_relu(&result, count)
            #expect(bits(result) == bits(squares))
            result = y
            kernels.add_scaled(&result, x, 0.3, count)
            #expect(bits(result) == bits(sums))
        }
    }

    @Test("what is not a number stays so in every kernel")
    func notANumber() {
        for kernels in KernelCase.wideTables + [KernelCase.scalar] {
            for index in [0, 16, 19] {
                var x = [Float](repeating: 1, count: 20)
                let ones = x
                x[index] = .nan
                var y = x
                kernels.squared_relu(&y, 20)
                #expect(y[index].isNaN)
                kernels.rms_norm(x, ones, 1e-5, 20, &y)
                #expect(y.allSatisfy { $0.isNaN })
                y = ones
                kernels.gated_norm(&y, x, ones, 1e-5, 20)
                #expect(y.allSatisfy { $0.isNaN })
            }
        }
    }

    @Test("the exponential is right to 2 units in the last place over its whole range")
    func exponential() {
        var worst = 0.0
        for step in -87_000...88_000 {
            let x = Float(step) / 1000
            let exact = exp(Double(x))
            worst = max(worst, abs(Double(ck_exp(x)) - exact) / Double(Float(exact).ulp))
        }
        #expect(worst < 2, "\(worst) ulp")
        #expect(ck_exp(0) == 1)
        #expect(ck_exp(-.infinity) == 0 && ck_exp(-1e30) == 0 && ck_exp(-88) == 0)
        #expect(ck_exp(.infinity) == ck_exp(88) && ck_exp(1e30).isFinite)
        #expect(ck_exp(.nan).isNaN)
    }

    @Test(
        "softplus and sigmoid keep their small and large ends",
        arguments: [-80, -20, -8, -1, 0, 1, 8, 19.99, 20.01, 60]
    )
    func gates(x: Float) {
        let softplus = log1p(exp(Double(x)))
        #expect(abs(Double(ck_softplus(x)) - softplus) <= softplus * 1e-7)
        let sigmoid = 1 / (1 + exp(-Double(x)))
        #expect(abs(Double(ck_sigmoid(x)) - sigmoid) <= sigmoid * 5e-7)
    }
}
