/// The terms of thinking credits; 1 credit is 1 thinking token.
///
/// After the CPU credits of AWS's burstable machines. An account keeps a copy of its plan, so that a changed list of
/// plans changes no account by itself.
package struct CreditPlan: Hashable, Sendable, Codable {
    /// What happens when the balance is empty.
    package enum Mode: String, CaseIterable, Sendable, Codable {
        /// Thoughts shrink to what balance and baseline allow.
        case standard
        /// Thoughts go on as surplus: free up to `cap` if earned back, charged beyond it.
        case unlimited
    }

    package var name: String
    /// Credits that accrue in an hour, continuously.
    package var earnRate: Int
    /// Up to how many credits accrue; by default a day's earnings.
    package var cap: Int
    /// Credits at the start: spent first, and outside the cap.
    package var launch: Int
    /// Thinking tokens a minute that never run out; they take no credits.
    package var baseline: Int
    package var mode: Mode

    package init(
        name: String,
        earnRate: Int,
        cap: Int? = nil,
        launch: Int = 0,
        baseline: Int = 0,
        mode: Mode = .standard
    ) {
        self.name = name
        self.earnRate = earnRate
        self.cap = cap ?? earnRate * 24
        self.launch = launch
        self.baseline = baseline
        self.mode = mode
    }

    private enum CodingKeys: String, CodingKey {
        case name
        case earnRate = "earn_rate"
        case cap
        case launch
        case baseline
        case mode
    }

    /// The largest number of credits in any term of a plan or in a grant: what 64 bits hold in credit units.
    package static let termMax = 1_000_000_000_000

    /// What an account without a plan gets with its first granted credits: nothing accrues, they run out.
    package static let grantedOnly = CreditPlan(name: "granted", earnRate: 0)

    /// The plans that exist when no other list is given; `Config/prices.yaml` says the same.
    ///
    /// The sizes and rates are those of AWS's T3 machines, with 1,000 tokens for each CPU credit; 24 hours of earning are
    /// the cap, and the baseline is what the earnings of a minute are.
    package static let builtIn: [CreditPlan] = [
        CreditPlan(name: "nano", earnRate: 6000, launch: 60_000, baseline: 100),
        CreditPlan(name: "micro", earnRate: 12_000, launch: 60_000, baseline: 200),
        CreditPlan(name: "small", earnRate: 24_000, launch: 60_000, baseline: 400),
        CreditPlan(name: "medium", earnRate: 24_000, launch: 60_000, baseline: 400),
        CreditPlan(name: "large", earnRate: 36_000, launch: 60_000, baseline: 600),
        CreditPlan(name: "xlarge", earnRate: 96_000, launch: 120_000, baseline: 1600),
        CreditPlan(name: "2xlarge", earnRate: 192_000, launch: 240_000, baseline: 3200),
    ]
}
