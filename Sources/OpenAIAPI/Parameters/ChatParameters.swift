import OrderedJSON

/// The declared fields of a chat completion: the one place that says what each of them may be and does.
enum ChatParameters {
    /// The largest token count a request may name.
    static let maxTokenCount = Int64(Int32.max)

    /// The body of `POST /v1/chat/completions`.
    static let completion = ParameterTable(
        conversation + sampling + thinking + inert + prompting + ToolParameters.chat + notBuilt + otherBudgets
    )

    private static let conversation: [Parameter] = [
        .built("model", .string(bytes: 1...512)),
        .built("messages", MessageParameters.messages, required: true),
        .built("stream", .boolean),
        .built("stream_options", .group(streamOptions)),
        .built("n", .integer(1...128)),
        .budget("max_tokens", .integer(1...maxTokenCount)),
        .budget("max_completion_tokens", .integer(1...maxTokenCount)),
        .built("service_tier", .word(["auto", "default", "flex", "priority", "fast", "scale"])),
        .built("stop", .oneOf([stopString, .list(stopString, count: 0...16)])),
    ]

    /// OpenAI takes four stop strings, other servers any number; sixteen short ones keep the search cheap.
    private static let stopString = ParameterKind.string(bytes: 1...1024)

    private static let streamOptions = ParameterTable([
        .built("include_usage", .boolean),
        .notBuilt("include_obfuscation", neutral: [false]),
        .notBuilt("continuous_usage_stats", neutral: [false]),
    ])

    private static let sampling: [Parameter] = [
        .built("temperature", .number(.from(0, to: 2))),
        .built("top_p", .number(.above(0, to: 1))),
        .built("top_k", .integer(-1...maxTokenCount, note: "0 and -1 keep every token")),
        .built("seed", .integer(Int64.min...Int64.max)),
    ]

    private static let thinking: [Parameter] = [
        .budget("max_think_tokens", .integer(-1...maxTokenCount, note: "-1 or null is the server's default")),
        .budget("min_answer_tokens", .integer(1...maxTokenCount)),
        .budget("think_grace", .integer(0...maxTokenCount)),
        .budget("think_close_text", .string(bytes: 0...4096)),
    ]

    private static let inert: [Parameter] = [
        .inert("user", .string()),
        .inert("metadata", .object),
        .inert("safety_identifier", .string()),
        .inert("store", .boolean),
        .inert("prediction", .object),
        .inert("prompt_cache_key", .string()),
        .inert("prompt_cache_options", .object),
        .inert("prompt_cache_retention", .string()),
        .inert("request_id", .string()),
        .inert("verbosity", .word(["low", "medium", "high"])),
    ]

    private static let prompting: [Parameter] = [
        .built("add_generation_prompt", .boolean),
        .built("continue_final_message", .boolean),
        .built("chat_template_kwargs", .verbatim(.group(templateArguments))),
        .built("include_reasoning", .boolean),
    ]

    /// A template's other variables are the caller's business, except those that the server sets itself.
    private static let templateArguments = ParameterTable(
        templateSwitches
            + ["messages", "tools", "add_generation_prompt", "continue_final_message"].map {
                .misplaced($0, "the prompt is put together from the field '\($0)' of the body.")
            },
        unknownMembers: .kept
    )

    private static let templateSwitches: [Parameter] = [
        .budgetNotBuilt("enable_thinking"),
        .budgetNotBuilt("thinking"),
        .budgetNotBuilt("thinking_budget", neutral: [-1]),
        .budgetNotBuilt("max_think_tokens", neutral: [-1]),
    ]

    /// The first neutral value is the one an error recommends.
    private static let notBuilt: [Parameter] = [
        // The form of the answer.
        .notBuilt("response_format", neutral: [["type": "text"]]),
        .notBuilt("structured_outputs", neutral: [[:]]),
        .notBuilt("guided_json"),
        .notBuilt("guided_regex"),
        .notBuilt("guided_choice"),
        .notBuilt("guided_grammar"),
        .notBuilt("guided_decoding_backend"),
        .notBuilt("guided_whitespace_pattern"),
        .notBuilt("json_schema"),
        .notBuilt("grammar", neutral: [""]),
        .notBuilt("regex"),
        .notBuilt("ebnf"),
        .notBuilt("modalities", neutral: [["text"]]),
        .notBuilt("audio"),
        .notBuilt("moderation"),
        .notBuilt("web_search_options"),
        .notBuilt("separate_reasoning", neutral: [true]),
        .notBuilt("stream_reasoning", neutral: [true]),
        .notBuilt("reasoning_format", neutral: ["auto"]),
        // What is told beside the answer.
        .notBuilt("logprobs", neutral: [false]),
        .notBuilt("top_logprobs", neutral: [0]),
        .notBuilt("prompt_logprobs"),
        .notBuilt("echo", neutral: [false]),
        .notBuilt("return_token_ids", neutral: [false]),
        .notBuilt("return_tokens_as_token_ids", neutral: [false]),
        // How tokens are drawn and when they end.
        .notBuilt("presence_penalty", neutral: [0]),
        .notBuilt("frequency_penalty", neutral: [0]),
        .notBuilt("repetition_penalty", neutral: [1]),
        .notBuilt("repetition_detection"),
        .notBuilt("logit_bias", neutral: [[:]]),
        .notBuilt("min_p", neutral: [0]),
        .notBuilt("min_tokens", neutral: [0]),
        .notBuilt("ignore_eos", neutral: [false]),
        .notBuilt("stop_token_ids", neutral: [[]]),
        .notBuilt("include_stop_str_in_output", neutral: [false]),
        .notBuilt("skip_special_tokens", neutral: [true]),
        .notBuilt("spaces_between_special_tokens", neutral: [true, false]),
        .notBuilt("allowed_token_ids", neutral: [[]]),
        .notBuilt("bad_words", neutral: [[]]),
        .notBuilt("truncate_prompt_tokens"),
        .notBuilt("best_of", neutral: [1]),
        .notBuilt("use_beam_search", neutral: [false]),
        .notBuilt("length_penalty", neutral: [1]),
        .notBuilt("logits_processors", neutral: [[]]),
        .notBuilt("custom_logit_processor"),
        // The prompt and the schedule.
        .notBuilt("chat_template"),
        .notBuilt("documents", neutral: [[]]),
        .notBuilt("priority", neutral: [0]),
        .notBuilt("cache_salt"),
        .misplaced(
            "extra_body",
            neutral: [[:]],
            "this is an argument of client libraries, not a field; put its members at the top level of the body."
        ),
    ]

    /// Other servers' names for the bound of a thought, its switches and its effort (DESIGN section 4).
    private static let otherBudgets: [Parameter] = [
        .budgetNotBuilt("thinking_token_budget", neutral: [-1]),
        .budgetNotBuilt("max_thinking_tokens", neutral: [-1]),
        .budgetNotBuilt("thinking_budget_tokens", neutral: [-1]),
        .budgetNotBuilt("reasoning_budget_tokens", neutral: [-1]),
        .budgetNotBuilt("thinking_budget", neutral: [-1]),
        .budgetNotBuilt("reasoning_budget_message"),
        .budgetNotBuilt("reasoning_effort"),
        .budgetNotBuilt("enable_thinking"),
        .budgetNotBuilt("think"),
        .budgetGroup(
            "thinking",
            [.notBuilt("type"), .budgetNotBuilt("budget_tokens", neutral: [-1]), .notBuilt("display")],
            unknownMembers: .refused
        ),
        .budgetGroup(
            "reasoning",
            [
                .budgetNotBuilt("effort"), .budgetNotBuilt("max_tokens", neutral: [-1]), .notBuilt("enabled"),
                .notBuilt("exclude", neutral: [false]), .notBuilt("summary"),
            ],
            unknownMembers: .refused
        ),
        .budgetGroup("output_config", [.budgetNotBuilt("effort")], unknownMembers: .refused),
        .budgetGroup("nvext", [.budgetNotBuilt("max_thinking_tokens", neutral: [-1])], unknownMembers: .reported),
        .budgetGroup(
            "custom_params",
            [.budgetNotBuilt("thinking_budget", neutral: [-1])],
            unknownMembers: .reported
        ),
        .renamed("max_output_tokens", to: "max_completion_tokens"),
        .renamed("max_new_tokens", to: "max_completion_tokens"),
        .renamed("n_predict", to: "max_completion_tokens", neutral: [-1]),
        .renamed("num_predict", to: "max_completion_tokens", neutral: [-1]),
    ]
}
