import OrderedJSON

/// The declared fields of a chat completion: the one place that says what each of them may be and does.
enum ChatParameters {
    /// The largest token count a request may name.
    static let maxTokenCount = Int64(Int32.max)

    /// The body of `POST /v1/chat/completions`.
    static let completion = ParameterTable(
        conversation + SamplingParameterTable.chat + FormParameterTable.all + ThinkingParameters.all + inert + prompting
            + ToolParameters.chat + notBuilt + otherNames
    )

    private static let conversation: [Parameter] = [
        .built("model", .string(bytes: 1...512)),
        .built("messages", MessageParameters.messages, required: true),
        .built("stream", .boolean),
        .built("stream_options", .group(streamOptions)),
        .built("n", .integer(1...128)),
        .budget("max_tokens", .integer(1...maxTokenCount)),
        .budget("max_completion_tokens", .integer(1...maxTokenCount)),
        .built("prompt_cache_key", .string(bytes: 0...1024)),
        .built("cache_salt", .string(bytes: 1...1024)),
        .built("service_tier", .word(["auto", "default", "flex", "priority", "fast", "scale"])),
        .built("priority", .integer(-maxTokenCount...maxTokenCount, note: "lower goes first")),
        .built("stop", .oneOf([stopString, .list(stopString, count: 0...16)])),
    ]

    /// OpenAI takes four stop strings, other servers any number; sixteen short ones keep the search cheap.
    private static let stopString = ParameterKind.string(bytes: 1...1024)

    private static let streamOptions = ParameterTable([
        .built("include_usage", .boolean),
        .built("include_obfuscation", .boolean),
        .built("continuous_usage_stats", .boolean),
    ])

    private static let inert: [Parameter] = [
        .inert("user", .string()),
        .inert("metadata", .object),
        .inert("safety_identifier", .string()),
        .inert("store", .boolean),
        .inert("prediction", .object),
        .inert("prompt_cache_options", .object),
        .inert("prompt_cache_retention", .string()),
        .inert("request_id", .string()),
        .inert("verbosity", .word(["low", "medium", "high"])),
    ]

    private static let prompting: [Parameter] = [
        .built("add_generation_prompt", .boolean),
        .built("continue_final_message", .boolean),
        .built("chat_template_kwargs", .verbatim(.group(templateArguments))),
    ]

    /// A template's other variables are the caller's business, except those that the server sets itself.
    private static let templateArguments = ParameterTable(
        ThinkingParameters.templateArguments
            + ["messages", "tools", "add_generation_prompt", "continue_final_message"].map {
                .misplaced($0, "the prompt is put together from the field '\($0)' of the body.")
            },
        unknownMembers: .kept
    )

    /// The first neutral value is the one an error recommends.
    private static let notBuilt: [Parameter] = [
        // The form of the answer.
        .notBuilt("guided_decoding_backend"),
        .notBuilt("guided_whitespace_pattern"),
        .notBuilt("modalities", neutral: [["text"]]),
        .notBuilt("audio"),
        .notBuilt("moderation"),
        .notBuilt("web_search_options"),
        .notBuilt("stream_reasoning", neutral: [true]),
        // What is told beside the answer.
        .notBuilt("echo", neutral: [false]),
        .notBuilt("return_tokens_as_token_ids", neutral: [false]),
        // How tokens are drawn and when they end.
        .notBuilt("spaces_between_special_tokens", neutral: [true, false]),
        .notBuilt("truncate_prompt_tokens"),
        .notBuilt("best_of", neutral: [1]),
        .notBuilt("use_beam_search", neutral: [false]),
        .notBuilt("length_penalty", neutral: [1]),
        .notBuilt("logits_processors", neutral: [[]]),
        .notBuilt("custom_logit_processor"),
        // The prompt and the schedule.
        .notBuilt("chat_template"),
        .notBuilt("documents", neutral: [[]]),
        .misplaced(
            "extra_body",
            neutral: [[:]],
            "this is an argument of client libraries, not a field; put its members at the top level of the body."
        ),
    ]

    /// Other servers' names for the bound of a completion.
    private static let otherNames: [Parameter] = [
        .renamed("max_output_tokens", to: "max_completion_tokens"),
        .renamed("max_new_tokens", to: "max_completion_tokens"),
        .renamed("n_predict", to: "max_completion_tokens", neutral: [-1]),
        .renamed("num_predict", to: "max_completion_tokens", neutral: [-1]),
    ]
}
