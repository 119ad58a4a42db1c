import OpenAIAPI
import Testing

@Suite struct SamplingOptionsTests {
    @Test("fields of sampling, ending and reports arrive")
    func read() throws {
        let options = try ChatBody.read(
            #"""
            "min_p": 0.1, "presence_penalty": -2, "frequency_penalty": 0.5, "repetition_penalty": 1.2,
            "logit_bias": {"5": -100, "7": 1.5}, "allowed_token_ids": [1, 2], "min_tokens": 3, "ignore_eos": true,
            "stop_token_ids": [4], "include_stop_str_in_output": true, "skip_special_tokens": false,
            "return_token_ids": true, "logprobs": true, "top_logprobs": 20
            """#
        ).options
        #expect(options.sampling.minP == 0.1 && options.sampling.presencePenalty == -2)
        #expect(options.sampling.frequencyPenalty == 0.5 && options.sampling.repetitionPenalty == 1.2)
        #expect(options.sampling.logitBias == [5: -100, 7: 1.5] && options.sampling.allowedTokens == [1, 2])
        #expect(options.ending.minTokens == 3 && options.ending.ignoresModelStops && options.ending.includesStopString)
        #expect(options.ending.stopTokens == [4])
        #expect(options.reports.alternatives == 20 && options.reports.returnsTokenIDs)
        #expect(!options.reports.skipsSpecialTokens)
        #expect(try ChatBody.read(#""logprobs": true"#).options.reports.alternatives == 0)
        #expect(try ChatBody.read(#""logprobs": false"#).options.reports.alternatives == nil)
    }

    @Test("what repeats itself is cut off by vLLM's rules")
    func repetition() throws {
        func read(_ members: String) throws -> RepetitionOptions? {
            try ChatBody.read(#""repetition_detection": {\#(members)}"#).options.ending.repetition
        }
        let full = try #require(try read(#""max_pattern_size": 8, "min_pattern_size": 3, "min_count": 2"#))
        #expect(full.sizes == 3...8 && full.count == 2)
        #expect(try read(#""max_pattern_size": 4, "min_count": 9"#)?.sizes == 1...4)
        #expect(try read("") == nil && read(#""max_pattern_size": 0, "min_count": 0"#) == nil)
    }

    @Test("numbers say the class, too: lower goes first")
    func priority() throws {
        for (members, tier) in [
            (#""priority": 0"#, "default"), (#""priority": -1"#, "priority"), (#""priority": 7"#, "flex"),
            (#""priority": 7, "service_tier": "auto""#, "flex"), (#""priority": 0, "service_tier": "flex""#, "flex"),
            (#""priority": -3, "service_tier": "fast""#, "priority"),
        ] {
            #expect(try ChatBody.read(members).options.serviceTier == tier, "\(members)")
        }
    }

    @Test(
        "what is out of bounds names its field",
        arguments: [
            (#""top_logprobs": 1"#, "top_logprobs"), (#""logprobs": true, "top_logprobs": 21"#, "top_logprobs"),
            (#""logit_bias": {"a": 1}"#, "logit_bias"), (#""logit_bias": {"-1": 1}"#, "logit_bias"),
            (#""logit_bias": {"1": 101}"#, "logit_bias"), (#""logit_bias": {"1": "1"}"#, "logit_bias"),
            (#""logit_bias": {"1": 1, "01": 1}"#, "logit_bias"), (#""logit_bias": []"#, "logit_bias"),
            (#""presence_penalty": 2.1"#, "presence_penalty"), (#""repetition_penalty": 0"#, "repetition_penalty"),
            (#""min_p": -0.1"#, "min_p"), (#""max_tokens": 2, "min_tokens": 3"#, "min_tokens"),
            (#""stop_token_ids": [-1]"#, "stop_token_ids[0]"), (#""ignore_eos": 1"#, "ignore_eos"),
            (#""priority": -1, "service_tier": "flex""#, "priority"), (#""priority": 0.5"#, "priority"),
            (#""repetition_detection": {"max_pattern_size": 4}"#, "repetition_detection.min_count"),
            (
                #""repetition_detection": {"max_pattern_size": 4, "min_pattern_size": 5, "min_count": 2}"#,
                "repetition_detection.min_pattern_size"
            ),
            (#""repetition_detection": {"max_pattern_size": 257}"#, "repetition_detection.max_pattern_size"),
        ]
    )
    func refused(members: String, param: String) throws {
        let error = try ChatBody.error(members)
        #expect(error.status == 400 && error.param == param)
    }
}
