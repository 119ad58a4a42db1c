import Billing
import Compute
import Engine
import Foundation
import Gateway
import HTTPServer
import Logging
import NemotronH
import Telemetry
import Tokenization

/// Everything behind the HTTP server: model, memory, engine, endpoints.
struct ServingStack {
    let engine: Engine
    let gateway: Gateway
    let ledger: LedgerService

    /// Loads the model and starts the engine.
    ///
    /// - Throws: `CommandFailure` that names the file or the setting at fault.
    init(_ settings: Settings, ledger: LedgerService, statistics: ServerStatistics, log: Logger) throws {
        self.ledger = ledger
        // Pages of the program itself; later the weights' pages are among those of files.
        let program = ProcessMemory.now()
        let isEmbedded = settings.model.path == Settings.embeddedModel
        let folder = try ModelFolder(
            path: isEmbedded ? try BundledResources.path("actuary-embedded") : settings.model.path
        )
        let device = try Self.device(settings.model)
        if settings.model.verifies { try folder.verify(device) }
        let model = try folder.model(on: device)
        let tokenizer = try folder.tokenizer()
        guard tokenizer.vocabularySize <= model.configuration.vocabularySize else {
            throw CommandFailure.badInput(
                "\(folder.path)/tokenizer.json has \(tokenizer.vocabularySize) tokens, but config.json only "
                    + "\(model.configuration.vocabularySize)"
            )
        }
        let cacheFormat = settings.engine.cacheFormat.format(isPacked: folder.isPacked)
        let plan = try MemoryPlan(
            settings.engine,
            model: model,
            cacheFormat: cacheFormat,
            programFileBytes: program.residentBytes - program.anonymousBytes
        )
        plan.write(to: log, weights: folder.name, threads: device.threadCount, kernels: device.variant.rawValue)
        engine = try Self.startEngine(
            model: model,
            vocabulary: ModelVocabulary(tokenizer: tokenizer, stopTokens: model.stopTokenIDs),
            plan: plan,
            cacheFormat: cacheFormat,
            settings: settings.engine
        )
        gateway = Gateway(
            model: ServedModel(
                name: settings.model.servedModelName ?? folder.name,
                created: Int(Date().timeIntervalSince1970),
                maxModelLength: plan.maxModelLength,
                fingerprint: ModelFingerprint(
                    path: folder.path,
                    arithmetic: [device.variant.rawValue, "\(cacheFormat)"]
                ).text,
                tokenizer: tokenizer,
                prompts: try folder.promptBuilder()
            ),
            engine: engine,
            ledger: ledger.ledger,
            settings: settings.gateway(plan, plans: ledger.plans),
            statistics: statistics,
            log: log
        )
    }

    private static func device(_ settings: Settings.Model) throws -> CPUDevice {
        guard settings.device != .cuda else {
            throw CommandFailure.unavailable("this build has no CUDA device: use --device cpu")
        }
        return try CPUDevice.forCommand(threads: settings.threads, pinsThreads: settings.pinsThreads)
    }

    private static func startEngine(
        model: NemotronHModel,
        vocabulary: ModelVocabulary,
        plan: MemoryPlan,
        cacheFormat: CacheFormat,
        settings: Settings.Engine
    ) throws -> Engine {
        let speculativeRows = settings.speculativeRows
        let capacity = RunnerCapacity(
            slotCount: plan.sequenceCount,
            snapshotCount: plan.snapshotCount,
            kvBlockCount: plan.blockCount,
            kvBlockTokens: MemoryPlan.blockTokens,
            maxBatchTokens: settings.stepTokenBudget,
            maxLogitRows: settings.logitRows(sequenceCount: plan.sequenceCount),
            maxDraftTokens: speculativeRows,
            cacheFormat: cacheFormat
        )
        let scheduling = SchedulerSettings(
            maxSequences: plan.sequenceCount,
            stepTokenBudget: settings.stepTokenBudget,
            blockTokens: MemoryPlan.blockTokens,
            blockCount: plan.blockCount,
            reserveBlockCount: plan.reserveBlockCount,
            snapshotCount: plan.snapshotCount,
            promptLogitRows: Settings.Engine.promptLogitRows
        )
        let limits = Engine.Limits(
            maxSequencesInAll: plan.sequenceCount + settings.maxQueuedRequests,
            maxPromptTokensInAll: plan.capacityTokens + settings.maxQueuedTokens,
            capacityTokens: plan.capacityTokens
        )
        do {
            return try Engine(limits: limits) {
                let start = ContinuousClock.now
                let runner = try NemotronHRunner(model: model, capacity: capacity)
                if settings.occupiesMemory { runner.occupyMemory() }
                return EngineCore(
                    runner: runner,
                    vocabulary: vocabulary,
                    settings: scheduling,
                    pacer: PromptPacer(maxDelay: settings.maxStepTime),
                    speculativeRows: speculativeRows,
                    now: { (ContinuousClock.now - start) / .seconds(1) }
                )
            }
        } catch {
            throw CommandFailure.badConfiguration("\(error)")
        }
    }
}

extension MemoryPlan {
    /// Plans for a model on this machine.
    init(
        _ settings: Settings.Engine,
        model: NemotronHModel,
        cacheFormat: CacheFormat,
        programFileBytes: Int
    ) throws {
        try self.init(
            Demand(
                contextLength: model.configuration.maxPositionEmbeddings,
                requestedLength: settings.maxModelLength,
                sequenceCount: settings.maxSequences,
                cacheTokens: settings.kvCacheTokens,
                reserveTokens: settings.cacheReserveTokens,
                prefixCacheBytes: settings.prefixCacheBytes,
                weightsBytes: model.weightBytes,
                stateBytesPerSequence: model.stateBytesPerSlot,
                cacheBytesPerBlock: model.kvBytesPerBlock(
                    tokens: MemoryPlan.blockTokens,
                    format: cacheFormat
                ),
                scratchBytes: NemotronHModel.memoryBytes(
                    model.configuration,
                    RunnerCapacity(
                        slotCount: 0,
                        kvBlockCount: 0,
                        kvBlockTokens: MemoryPlan.blockTokens,
                        maxBatchTokens: settings.stepTokenBudget,
                        maxLogitRows: settings.logitRows(sequenceCount: settings.maxSequences),
                        maxDraftTokens: settings.speculativeRows,
                        cacheFormat: cacheFormat
                    )
                ),
                requestBytes: MemoryPlan.requestBytes(
                    requestCount: settings.maxSequences + settings.maxQueuedRequests
                ),
                programBytes: programFileBytes + ProcessMemory.now().anonymousBytes,
                availableBytes: AvailableMemory.bytes()
            )
        )
    }

    /// Logs the plan.
    func write(to log: Logger, weights: String, threads: Int, kernels: String) {
        var metadata: Logger.Metadata = [
            "model": "\(weights)", "kernels": "\(kernels)", "threads": .stringConvertible(threads),
            "kv_cache_tokens": .stringConvertible(blockCount * MemoryPlan.blockTokens),
            "kept_states": .stringConvertible(snapshotCount), "max_sequences": .stringConvertible(sequenceCount),
            "max_model_len": .stringConvertible(maxModelLength),
        ]
        for part in parts { metadata[part.use + "_bytes"] = .stringConvertible(part.bytes) }
        log.info("memory plan", metadata: metadata)
    }
}

extension Settings.Engine {
    /// As many tokens as the kernels take for the price of reading the weights, within the step's budget.
    var speculativeRows: Int { guessesByLookup ? min(8, stepTokenBudget) : 0 }

    /// Of how many tokens of prompts a step tells the logits: few, since each takes half a megabyte of a large model.
    static let promptLogitRows = 32

    /// The most rows of logits of a step.
    func logitRows(sequenceCount: Int) -> Int {
        min(sequenceCount + speculativeRows + Self.promptLogitRows, stepTokenBudget)
    }
}
