/// Whose requests share with whose: one account in one class of service.
package struct ShareKey: Hashable, Sendable {
    package var account: String
    package var tier: ServiceTier

    package init(account: String, tier: ServiceTier = .standard) {
        self.account = account
        self.tier = tier
    }
}

/// A class of service: how much of the machine a request gets beside others.
package enum ServiceTier: Hashable, Sendable, CaseIterable {
    case flex
    case standard
    case priority

    /// The share beside a request of the standard class.
    package var weight: Double {
        switch self {
        case .flex: 0.25
        case .standard: 1
        case .priority: 4
        }
    }
}

/// What the scheduler has to know of a sequence.
package struct SequenceDemand: Sendable {
    package var prompt: [Int32]
    package var share: ShareKey
    /// What the share counts beside others of its class.
    package var weight: Double
    /// Positions in the prompt, in any order, behind which other prompts may go on differently.
    package var snapshotPoints: [Int]
    /// Which part of its account's cache it uses.
    package var cachePartition: String
    /// Whether the logits behind every token of the prompt are wanted; then all of it is computed, whatever is cached.
    package var needsPromptLogits = false

    package init(
        prompt: [Int32],
        share: ShareKey = ShareKey(account: "local"),
        weight: Double = 1,
        snapshotPoints: [Int] = [],
        cachePartition: String = ""
    ) {
        self.cachePartition = cachePartition
        self.prompt = prompt
        self.share = share
        self.weight = weight
        self.snapshotPoints = snapshotPoints
    }

    /// Nobody hits what another account has cached, or the same one in another part of its cache.
    var cacheScope: String { cachePartition.isEmpty ? share.account : share.account + "\n" + cachePartition }
}
