import Engine
import Testing

/// Random traffic on a scheduler with a device that only keeps books: what each slot holds, and who may write where.
struct SchedulerSimulation {
    private struct Client {
        let demand: SequenceDemand
        var known: Int
        var computed = 0
        var tokensLeft: Int
        let arrivedAt: Int
        /// For all its tokens, numbers that no other sequence has behind the prompt.
        var tokens: [Int32]
    }

    /// What is asked of it.
    struct Traffic {
        var accounts = 3
        var stepCount = 400
        /// Requests in a hundred steps.
        var arrivals = 30
        var longestPrompt = 24
        var longestAnswer = 14
        /// Whether prompts begin like others.
        var sharesPrefixes = true
    }

    let settings: SchedulerSettings
    private(set) var scheduler: Scheduler
    private var random: TestRandom
    private let traffic: Traffic
    private var clients: [SequenceID: Client] = [:]
    /// The tokens whose state a slot holds.
    private var slots: [Int: [Int32]] = [:]
    /// The tokens whose keys a block holds, from the start of their sequence.
    private var blocks: [Int32: [Int32]] = [:]
    private var nextID = 0
    private(set) var step = 0
    private(set) var cachedTokens = 0
    private(set) var savedCount = 0
    private(set) var preemptedCount = 0
    private(set) var finishedCount = 0
    private(set) var longestStay = 0
    /// The first violation; nothing is checked after it.
    private(set) var fault: String?

    init(settings: SchedulerSettings, traffic: Traffic, seed: Int) {
        self.settings = settings
        self.traffic = traffic
        scheduler = Scheduler(settings: settings)
        random = TestRandom(seed)
    }

    /// Runs all traffic and waits until everybody has been served.
    mutating func run(patience: Int = 30_000) {
        while fault == nil, step < traffic.stepCount || !clients.isEmpty {
            step += 1
            if step < traffic.stepCount, Int.random(in: 0..<100, using: &random) < traffic.arrivals { arrive() }
            if step > patience { fault = "step \(step): a sequence starves" }
            advance()
        }
        if fault == nil { checkEnd() }
    }

    private mutating func arrive() {
        let id = SequenceID(nextID)
        nextID += 1
        let count = Int.random(in: 1...traffic.longestPrompt, using: &random)
        let stem = traffic.sharesPrefixes ? Int.random(in: 0..<3, using: &random) : nextID + 3
        let common = traffic.sharesPrefixes ? Int.random(in: 0...count, using: &random) : 0
        let prompt = (0..<count).map {
            $0 < common ? Int32(stem * 1_000 + $0) : Int32.random(in: 5_000..<(1 << 20), using: &random)
        }
        let share = ShareKey(
            account: "account \(Int.random(in: 0..<traffic.accounts, using: &random))",
            tier: ServiceTier.allCases.randomElement(using: &random) ?? .standard
        )
        let demand = SequenceDemand(
            prompt: prompt,
            share: share,
            snapshotPoints: (0..<Int.random(in: 0...2, using: &random)).map { _ in
                Int.random(in: 0..<count, using: &random)
            }
        )
        clients[id] = Client(
            demand: demand,
            known: count,
            tokensLeft: Int.random(in: 1...traffic.longestAnswer, using: &random),
            arrivedAt: step,
            tokens: prompt
        )
        scheduler.add(id, demand)
    }

    private mutating func advance() {
        let limit = Int.random(in: 0..<8, using: &random) == 0 ? Int.random(in: 0...4, using: &random) : .max
        var plan = scheduler.plan(promptLimit: limit, savingCost: Int.random(in: 0...6, using: &random))
        if plan.chunks.isEmpty, limit < .max {
            carryOut(plan)
            plan = scheduler.plan()
        }
        carryOut(plan)
        if plan.chunks.isEmpty, !clients.isEmpty { fault = "step \(step): nothing is done although there is work" }
        checkStep(plan)
        for chunk in plan.chunks { compute(chunk) }
        for chunk in plan.chunks where chunk.isComplete { sample(chunk.sequence) }
        checkMemory()
    }

    private mutating func carryOut(_ plan: StepPlan) {
        preemptedCount += plan.preempted.count
        savedCount += plan.savedCount
        for operation in plan.operations {
            switch operation {
            case .clear(let slot): slots[slot] = []
            case .copy(let source, let target): slots[target] = slots[source]
            }
        }
        for start in plan.starts { cachedTokens += start.cachedTokens }
    }

    private mutating func compute(_ chunk: StepPlan.Chunk) {
        guard var client = clients[chunk.sequence], fault == nil else { return }
        let state = slots[chunk.slot] ?? [-1]
        guard state == Array(client.tokens.prefix(chunk.tokens.lowerBound)) else {
            fault = "step \(step): \(chunk.sequence) goes on from a state that is not its own"
            return
        }
        for position in chunk.tokens {
            blocks[chunk.blocks[position / settings.blockTokens]] = Array(client.tokens.prefix(position + 1))
        }
        for index in 0..<(chunk.tokens.upperBound / settings.blockTokens) {
            let expected = Array(client.tokens.prefix((index + 1) * settings.blockTokens))
            if blocks[chunk.blocks[index]] != expected {
                fault = "step \(step): \(chunk.sequence) reads keys that are not its own"
            }
        }
        slots[chunk.slot] = Array(client.tokens.prefix(chunk.tokens.upperBound))
        client.computed = chunk.tokens.upperBound
        if chunk.isComplete != (client.computed == client.known) { fault = "step \(step): wrong end" }
        clients[chunk.sequence] = client
    }

    private mutating func sample(_ id: SequenceID) {
        guard var client = clients[id] else { return }
        client.tokensLeft -= 1
        let count = Int.random(in: 0..<10, using: &random) == 0 ? 3 : 1
        let isCancelled = Int.random(in: 0..<60, using: &random) == 0
        guard client.tokensLeft > 0, !isCancelled, client.known + count <= settings.capacityTokens else {
            longestStay = max(longestStay, step - client.arrivedAt)
            finishedCount += 1
            clients[id] = nil
            scheduler.remove(id)
            return
        }
        for _ in 0..<count { client.tokens.append(Int32.random(in: 5_000..<(1 << 20), using: &random)) }
        client.known += count
        clients[id] = client
        scheduler.extend(id, by: count)
    }

    private mutating func checkStep(_ plan: StepPlan) {
        let planned = plan.chunks.map(\.sequence)
        let used = plan.chunks.map(\.slot)
        if plan.tokenCount > settings.stepTokenBudget { fault = "step \(step): beyond the budget" }
        if Set(planned).count != planned.count || Set(used).count != used.count { fault = "step \(step): twice" }
        if !Set(used).isSubset(of: Set(0..<settings.maxSequences)) { fault = "step \(step): a slot of a snapshot" }
        if plan.chunks.contains(where: { $0.blocks.count * settings.blockTokens < $0.tokens.upperBound }) {
            fault = "step \(step): tokens without a block"
        }
    }

    private mutating func checkMemory() {
        let pool = scheduler.blocks
        if pool.usedCount + pool.cachedOnlyCount + pool.freeCount != settings.blockCount {
            fault = "step \(step): blocks are lost"
        }
        if scheduler.runningCount + scheduler.freeSlotCount != settings.maxSequences {
            fault = "step \(step): a slot is lost"
        }
        if scheduler.runningCount + scheduler.waitingCount != clients.count {
            fault = "step \(step): a sequence is lost"
        }
        if scheduler.prefixes.snapshotCount + scheduler.prefixes.freeSlotCount > settings.snapshotCount {
            fault = "step \(step): more snapshots than places"
        }
        if scheduler.prefixes.nodeCount > 3 * settings.snapshotCount + 4 { fault = "step \(step): the tree grows" }
    }

    private mutating func checkEnd() {
        let cache = scheduler.prefixes
        if !scheduler.isIdle || scheduler.blocks.usedCount != 0 { fault = "something is held at the end" }
        if cache.snapshotCount + cache.freeSlotCount != settings.snapshotCount {
            fault = "a place of a snapshot is lost"
        }
        if cache.snapshotCount == 0, scheduler.blocks.cachedOnlyCount != 0 { fault = "blocks without a snapshot" }
    }
}
