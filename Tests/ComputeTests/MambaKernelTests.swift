import CKernels
import Testing

@Suite struct MambaKernelTests {
    private struct Convolved: Equatable {
        var output: [UInt32]
        var history: [UInt32]
    }

    /// Convolves tokens in pieces of at most `piece`, the channels in two parts.
    private static func convolve(
        _ kernels: ck_kernels,
        channels: Int,
        taps: Int,
        tokens: Int,
        piece: Int,
        hasBias: Bool
    ) -> Convolved {
        var random = KernelCase(seed: channels * 100 + taps)
        let input = random.floats(tokens * (channels + 1), scale: 3)
        let weights = random.floats(taps * channels)
        let bias = random.floats(channels)
        var history = random.floats(max(taps - 1, 1) * channels)
        var output = [Float](repeating: 0, count: tokens * channels)
        let cut = channels / 32 * 16
        input.withUnsafeBufferPointer { input in
            weights.withUnsafeBufferPointer { weights in
                bias.withUnsafeBufferPointer { bias in
                    history.withUnsafeMutableBufferPointer { history in
                        output.withUnsafeMutableBufferPointer { output in
                            guard let input = input.baseAddress, let weights = weights.baseAddress,
                                let history = history.baseAddress, let output = output.baseAddress
                            else { return }
                            for start in stride(from: 0, to: tokens, by: piece) {
                                var job = ck_convolution(
                                    input: input + start * (channels + 1),
                                    input_stride: channels + 1,
                                    token_count: min(piece, tokens - start),
                                    history: history,
                                    channel_count: channels,
                                    taps: weights,
                                    tap_count: taps,
                                    bias: hasBias ? bias.baseAddress : nil,
                                    output: output + start * channels,
                                    output_stride: channels
                                )
                                kernels.convolve(&job, 0, cut)
                                kernels.convolve(&job, cut, channels)
                            }
                        }
                    }
                }
            }
        }
        return Convolved(output: bits(output), history: bits(history))
    }

    @Test("wide convolutions have the scalar one's bits, in any pieces", arguments: KernelCase.sizes, 1...5)
    func convolution(channels: Int, taps: Int) {
        let expected = Self.convolve(
            KernelCase.scalar,
            channels: channels,
            taps: taps,
            tokens: 9,
            piece: 9,
            hasBias: channels % 2 == 0
        )
        for kernels in KernelCase.wideTables + [KernelCase.scalar] {
            for piece in [1, 2, 4, 9] {
                let result = Self.convolve(
                    kernels,
                    channels: channels,
                    taps: taps,
                    tokens: 9,
                    piece: piece,
                    hasBias: channels % 2 == 0
                )
                #expect(result == expected, "pieces of \(piece)")
            }
        }
    }

    private static func scan(
        _ kernels: ck_kernels,
        dim: Int,
        size: Int,
        tokens: Int,
        piece: Int,
        minimum: Float = 0
    ) -> (y: [Float], state: [Float]) {
        var random = KernelCase(seed: dim * 1000 + size)
        let stride = dim + 2 * size
        let inputs = random.floats(tokens * stride)
        let steps = random.floats(tokens, scale: 4)
        var state = random.floats(dim * size)
        var y = [Float](repeating: 0, count: tokens * dim)
        inputs.withUnsafeBufferPointer { inputs in
            steps.withUnsafeBufferPointer { steps in
                state.withUnsafeMutableBufferPointer { state in
                    y.withUnsafeMutableBufferPointer { y in
                        guard let inputs = inputs.baseAddress, let steps = steps.baseAddress,
                            let state = state.baseAddress, let y = y.baseAddress
                        else { return }
                        for start in Swift.stride(from: 0, to: tokens, by: piece) {
                            let rows = inputs + start * stride
                            var job = ck_scan(
                                x: rows,
                                b: rows + dim,
                                c: rows + dim + size,
                                xbc_stride: stride,
                                dt: steps + start,
                                dt_stride: 1,
                                token_count: min(piece, tokens - start),
                                head_dim: dim,
                                state_size: size,
                                dt_bias: -0.5,
                                dt_min: minimum,
                                dt_max: .infinity,
                                a: -1.5,
                                d: 0.7,
                                state: state,
                                y: y + start * dim,
                                y_stride: dim
                            )
                            kernels.scan(&job)
                        }
                    }
                }
            }
        }
        return (y, state)
    }

    @Test(
        "wide scans have the scalar one's bits, in any pieces",
        arguments: [1, 3, 16, 64, 80, 97, 260],
        KernelCase.sizes
    )
    func scan(dim: Int, size: Int) {
        let expected = Self.scan(KernelCase.scalar, dim: dim, size: size, tokens: 35, piece: 35)
        for kernels in KernelCase.wideTables + [KernelCase.scalar] {
            for piece in [1, 3, 35] {
                let result = Self.scan(kernels, dim: dim, size: size, tokens: 35, piece: piece)
                #expect(bits(result.y) == bits(expected.y) && bits(result.state) == bits(expected.state))
            }
        }
    }

    @Test("one step of the scan is the formula", arguments: [Float(0), 2])
    func formula(minimum: Float) {
        // One number of state, so that every factor can be followed.
        var random = KernelCase(seed: 1001)
        let (x, b, c) = { ($0[0], $0[1], $0[2]) }(random.floats(3))
        let raw = random.floats(1, scale: 4)[0]
        let before = random.floats(1)[0]
        let dt = max(minimum, ck_softplus(raw - 0.5))
        let after = ck_exp(dt * -1.5) * before + dt * x * b
        let result = Self.scan(KernelCase.scalar, dim: 1, size: 1, tokens: 1, piece: 1, minimum: minimum)
        #expect(abs(result.state[0] - after) < 1e-6)
        #expect(abs(result.y[0] - (after * c + 0.7 * x)) < 1e-6)
    }
}
