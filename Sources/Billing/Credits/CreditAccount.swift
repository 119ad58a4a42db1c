/// The thinking credits of one account: a pure value that is told the time.
///
/// All arithmetic is exact. Accruing in many steps gives what one step gives; reserved credits count as part of the
/// balance until they are spent, so that giving them back never exceeds the cap.
package struct CreditAccount: Hashable, Sendable, Codable {
    package private(set) var plan: CreditPlan
    /// Up to when credits have accrued.
    private(set) var accruedAt: Milliseconds
    /// Launch credits and grants, reserved ones among them.
    private var granted: CreditAmount
    private var grantedReserved = CreditAmount.zero
    /// What accrued, reserved credits among it.
    private var earned = CreditAmount.zero
    private var earnedReserved = CreditAmount.zero
    /// What is left of the minute's baseline.
    private var baseline: CreditAmount
    /// What is owed to future earnings.
    private var surplus = CreditAmount.zero
    private var surplusReserved = CreditAmount.zero
    /// The dearest price at which surplus that is still owed was made; what closing would charge.
    package private(set) var surplusPrice = PicoUSD.zero
    /// Thinking tokens that were spent, those of the baseline among them.
    package private(set) var usedTokens = 0
    /// Thinking tokens that were charged as surplus.
    package private(set) var chargedTokens = 0

    package init(plan: CreditPlan, at now: Milliseconds) {
        self.plan = plan
        accruedAt = now
        granted = CreditAmount(credits: plan.launch)
        baseline = CreditAmount(credits: plan.baseline)
    }
}

// MARK: - Time

extension CreditAccount {
    /// Lets credits accrue until `now`: first what is owed is earned back, then the balance grows to the cap.
    ///
    /// A time before the last one changes nothing.
    package mutating func accrue(to now: Milliseconds) {
        guard now > accruedAt else { return }
        let elapsed = now - accruedAt
        accruedAt = now
        // 1 credit an hour is 1 unit a millisecond.
        var gain = CreditAccount.product(plan.earnRate, elapsed)
        let payment = min(surplus, gain)
        owe(CreditAmount.zero - payment)
        gain -= payment
        let cap = CreditAmount(credits: plan.cap)
        if earned < cap { earned = gain < cap - earned ? earned + gain : cap }
        // 1 token a minute is 60 units a millisecond.
        let refill = CreditAccount.product(plan.baseline * 60, elapsed)
        let full = CreditAmount(credits: plan.baseline)
        baseline = refill < full - baseline ? baseline + refill : full
    }

    /// The product, or more than any cap if it is out of range.
    private static func product(_ rate: Int, _ elapsed: Milliseconds) -> CreditAmount {
        let (units, overflows) = rate.multipliedReportingOverflow(by: elapsed)
        return CreditAmount(units: overflows ? Int.max / 2 : min(units, Int.max / 2))
    }
}

// MARK: - Spending

extension CreditAccount {
    /// What is there to think with, without surplus: baseline, grants and earnings that nobody has reserved.
    private var free: CreditAmount { baseline + (granted - grantedReserved) + (earned - earnedReserved) }

    /// The thinking tokens that can be promised now; `nil` is any number.
    package var availableTokens: Int? { plan.mode == .unlimited ? nil : free.credits }

    /// Sets credits aside for a thought.
    ///
    /// - Parameters:
    ///   - tokens: The thinking bound, over all choices.
    ///   - price: The price of surplus for this request.
    /// - Returns: What was set aside; less than asked for only in standard mode.
    package mutating func reserve(tokens: Int, surplusPrice price: PicoUSD) -> CreditReservation {
        let promised = min(tokens, availableTokens ?? tokens)
        var rest = CreditAmount(credits: promised)
        func take(_ available: CreditAmount) -> CreditAmount {
            let part = min(rest, max(.zero, available))
            rest -= part
            return part
        }
        var result = CreditReservation()
        result.baseline = take(baseline)
        result.granted = take(granted - grantedReserved)
        result.earned = take(earned - earnedReserved)
        // Whole tokens are charged; what is owed may pass its bound by a fraction of one.
        let room = max(.zero, CreditAmount(credits: plan.cap) - surplus - surplusReserved)
        result.charged = CreditAmount(credits: max(.zero, rest - room).credits)
        result.surplus = rest - result.charged

        baseline -= result.baseline
        grantedReserved += result.granted
        earnedReserved += result.earned
        surplusReserved += result.surplus
        if result.surplus > .zero { surplusPrice = max(surplusPrice, price) }
        return result
    }

    /// Ends a reservation: what was thought is spent, the rest is given back.
    ///
    /// - Returns: The part that was spent; its charged tokens are to be paid.
    package mutating func settle(_ reservation: CreditReservation, usedTokens count: Int) -> CreditReservation {
        let spent = reservation.spending(tokens: count)
        let full = CreditAmount(credits: plan.baseline)
        baseline = min(full, baseline + reservation.baseline - spent.baseline)
        grantedReserved -= reservation.granted
        granted -= spent.granted
        earnedReserved -= reservation.earned
        earned -= spent.earned
        surplusReserved -= reservation.surplus
        owe(spent.surplus)
        usedTokens += count
        chargedTokens += spent.chargedTokens
        offsetSurplus()
        return spent
    }

    /// Adds credits outside the cap.
    package mutating func grant(credits: Int) { granted += CreditAmount(credits: credits) }

    /// Earnings that nobody has reserved pay what is owed at once.
    private mutating func offsetSurplus() {
        let payment = min(surplus, max(.zero, earned - earnedReserved))
        earned -= payment
        owe(CreditAmount.zero - payment)
    }

    private mutating func owe(_ amount: CreditAmount) {
        surplus += amount
        if surplus == .zero, surplusReserved == .zero { surplusPrice = .zero }
    }
}

// MARK: - Closing and changing

extension CreditAccount {
    /// The thinking tokens that would be charged if the period closed now, those of running requests among them.
    package var liableTokens: Int { (surplus + surplusReserved).creditsRoundedUp }

    /// The thinking tokens that are owed and not yet earned back, rounded up.
    package var surplusTokens: Int { surplus.creditsRoundedUp }

    /// Forgets what is owed because it is being charged: at the end of a period, or when the account closes.
    ///
    /// - Returns: How many thinking tokens are to be charged, at `surplusPrice` as it was before.
    package mutating func chargeSurplus() -> Int {
        let tokens = surplusTokens
        owe(CreditAmount.zero - surplus)
        chargedTokens += tokens
        return tokens
    }

    /// Changes the terms; the balance stays, as far as the new cap allows, and launch credits are not given again.
    ///
    /// What is owed stays owed: whoever leaves unlimited mode charges it first.
    package mutating func change(to plan: CreditPlan) {
        self.plan = plan
        // What running requests have reserved is theirs.
        earned = max(earnedReserved, min(earned, CreditAmount(credits: plan.cap)))
        baseline = min(baseline, CreditAmount(credits: plan.baseline))
    }

    /// The balance for people and programs.
    package var report: CreditReport {
        CreditReport(
            plan: plan,
            available: free.credits,
            granted: (granted - grantedReserved).credits,
            earned: (earned - earnedReserved).credits,
            baseline: baseline.credits,
            reserved: (grantedReserved + earnedReserved + surplusReserved).credits,
            surplus: surplusTokens,
            used: usedTokens,
            surplusCharged: chargedTokens
        )
    }
}
