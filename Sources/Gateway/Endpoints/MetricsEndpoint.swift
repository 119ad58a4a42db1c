import Billing
import Engine
import HTTPServer
import HTTPTypes
import Telemetry

/// `GET /metrics`, in the text format of Prometheus.
extension Gateway {
    var metricsRoutes: [Route] {
        [
            Route(.get, "/metrics") { [self] request, writer in
                Task { [self] in
                    var text = metrics(engine.statistics, ProcessMemory.now())
                    // A ledger that cannot be read must not hide the rest.
                    let accounts = await (try? ledger.accounts()) ?? []
                    text.addCredits(accounts, byName: await access.maySeeAccounts(request))
                    writer.respond(status: .ok, headers: [.contentType: PrometheusText.mediaType], body: text.bytes)
                }
            }
        ]
    }

    private func metrics(_ engine: EngineStatistics, _ memory: ProcessMemory) -> PrometheusText {
        var text = PrometheusText()
        addMemory(engine, memory, to: &text)
        addRequests(engine, to: &text)
        addPrefixCache(engine, to: &text)
        text.add(statistics.counters)
        text.addLedger(ledger)
        return text
    }

    private var modelLabel: [(name: String, value: String)] { [("model_name", model.name)] }

    /// A number of the served model.
    private func count(
        _ name: String,
        _ kind: PrometheusText.Kind,
        _ help: String,
        _ value: Int,
        to text: inout PrometheusText
    ) {
        text.add(name, kind, help, labels: modelLabel, Double(value))
    }

    private func addMemory(_ engine: EngineStatistics, _ memory: ProcessMemory, to text: inout PrometheusText) {
        for part in settings.memoryPlan {
            text.add(
                "actuary_memory_plan_bytes",
                .gauge,
                "Memory that was planned at the start, by its use.",
                labels: [("use", part.use)],
                Double(part.bytes)
            )
        }
        text.add(
            "process_resident_memory_bytes",
            .gauge,
            "Resident memory of the process.",
            Double(memory.residentBytes)
        )
        text.add(
            "vllm:cache_config_info",
            .gauge,
            "How the KV cache is divided.",
            labels: [
                ("block_size", "\(settings.blockTokens)"), ("num_gpu_blocks", "\(engine.blockCount)"),
                ("model_name", model.name),
            ],
            1
        )
        text.add(
            "vllm:kv_cache_usage_perc",
            .gauge,
            "Part of the KV blocks that sequences use, 0 to 1.",
            labels: modelLabel,
            engine.blockCount == 0 ? 0 : Double(engine.usedBlocks) / Double(engine.blockCount)
        )
    }

    private func addRequests(_ engine: EngineStatistics, to text: inout PrometheusText) {
        count(
            "vllm:num_requests_running",
            .gauge,
            "Sequences that are being computed.",
            engine.runningSequences,
            to: &text
        )
        count(
            "vllm:num_requests_waiting",
            .gauge,
            "Sequences that wait for their turn.",
            engine.waitingSequences,
            to: &text
        )
        count(
            "vllm:prompt_tokens_total",
            .counter,
            "Tokens of prompts that were computed.",
            engine.promptTokens,
            to: &text
        )
        count("vllm:generation_tokens_total", .counter, "Tokens that were sampled.", engine.generatedTokens, to: &text)
        count("actuary_engine_steps_total", .counter, "Passes over the weights.", engine.steps, to: &text)
        count(
            "vllm:spec_decode_num_draft_tokens_total",
            .counter,
            "Guessed tokens that were computed.",
            engine.draftedTokens,
            to: &text
        )
        count(
            "vllm:spec_decode_num_accepted_tokens_total",
            .counter,
            "Guessed tokens that were right.",
            engine.acceptedTokens,
            to: &text
        )
        count(
            "actuary_deadlines_missed_total",
            .counter,
            "Requests that were refused or ended because of their clients' time.",
            engine.expiredRequests,
            to: &text
        )
        for (kind, count) in [("saved", engine.savedPreemptions), ("recomputed", engine.recomputedPreemptions)] {
            text.add(
                "actuary_preemptions_total",
                .counter,
                "Sequences that had to give up their memory, by what became of their state.",
                labels: [("state", kind)] + modelLabel,
                Double(count)
            )
        }
    }

    private func addPrefixCache(_ engine: EngineStatistics, to text: inout PrometheusText) {
        count(
            "vllm:prefix_cache_queries_total",
            .counter,
            "Tokens of prompts that were looked up in the prefix cache or computed.",
            engine.promptTokens + engine.cachedPromptTokens,
            to: &text
        )
        count(
            "vllm:prefix_cache_hits_total",
            .counter,
            "Tokens of prompts that came from the prefix cache.",
            engine.cachedPromptTokens,
            to: &text
        )
        count(
            "actuary_prefix_cache_blocks",
            .gauge,
            "KV blocks that only the prefix cache keeps.",
            engine.cachedBlocks,
            to: &text
        )
        count(
            "actuary_prefix_cache_states",
            .gauge,
            "Recurrent states that the prefix cache keeps.",
            engine.snapshots,
            to: &text
        )
        count(
            "actuary_prefix_cache_states_max",
            .gauge,
            "Recurrent states for which there is memory.",
            engine.snapshotCount,
            to: &text
        )
    }
}
