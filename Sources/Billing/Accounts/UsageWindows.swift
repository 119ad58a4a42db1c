/// What an account or a key has used in the current minute, day and month of UTC.
///
/// A request counts in the windows in which its hold was made, first at its bound and then at what it took, so that
/// neither a late end nor a late start of counting lets the sum of holds and captures pass a limit.
package struct UsageWindows: Hashable, Sendable, Codable {
    package private(set) var minute: Milliseconds = 0
    package private(set) var requests = 0
    package private(set) var tokens = 0
    package private(set) var thinkingTokens = 0
    package private(set) var day: Milliseconds = 0
    package private(set) var dayAmount = PicoUSD.zero
    package private(set) var month: Milliseconds = 0
    package private(set) var monthAmount = PicoUSD.zero
    /// Requests that are running.
    package private(set) var open = 0

    package init() {}

    /// Begins the windows that `now` lies in, where they are not the current ones.
    package mutating func roll(to now: Milliseconds) {
        if minute != CivilTime.minuteStart(now) {
            minute = CivilTime.minuteStart(now)
            (requests, tokens, thinkingTokens) = (0, 0, 0)
        }
        guard day != CivilTime.dayStart(now) else { return }
        day = CivilTime.dayStart(now)
        dayAmount = .zero
        guard month != CivilTime.monthStart(now) else { return }
        month = CivilTime.monthStart(now)
        monthAmount = .zero
    }

    /// Counts a request at its bound.
    ///
    /// - Throws: `MoneyOverflow` if the amounts are beyond all money.
    package mutating func begin(
        tokens count: Int,
        thinking: Int,
        amount: PicoUSD,
        at time: Milliseconds
    ) throws(MoneyOverflow) {
        roll(to: time)
        dayAmount = try dayAmount.adding(amount)
        monthAmount = try monthAmount.adding(amount)
        requests += 1
        tokens += count
        thinkingTokens += thinking
        open += 1
    }

    /// Counts a request that is paid from a lease, whose money was counted when the lease began.
    package mutating func beginLeased(
        tokens count: Int,
        thinking: Int,
        begunAt start: Milliseconds,
        at time: Milliseconds
    ) {
        roll(to: time)
        open += 1
        guard minute == CivilTime.minuteStart(start) else { return }
        requests += 1
        tokens += count
        thinkingTokens += thinking
    }

    /// Counts what a running request may take beyond its bound.
    ///
    /// Money counts in the day and month of the request's start, as when it ends, if they still run. Tokens count in the
    /// minute that runs, and are not given back if the request began in an earlier one.
    ///
    /// - Throws: `MoneyOverflow` if the amounts are beyond all money.
    package mutating func extend(
        thinking: Int,
        amount: PicoUSD,
        begunAt start: Milliseconds,
        at time: Milliseconds
    ) throws(MoneyOverflow) {
        roll(to: time)
        try charge(amount, at: start)
        thinkingTokens += thinking
    }

    /// Gives back what a request did not take, in those windows of its start that still run.
    ///
    /// - Throws: `MoneyOverflow` if the amounts are beyond all money.
    package mutating func end(
        unusedTokens: Int,
        unusedThinking: Int,
        unusedAmount: PicoUSD,
        begunAt start: Milliseconds
    ) throws(MoneyOverflow) {
        if day == CivilTime.dayStart(start) { dayAmount = try dayAmount.subtracting(unusedAmount) }
        if month == CivilTime.monthStart(start) { monthAmount = try monthAmount.subtracting(unusedAmount) }
        open -= 1
        guard minute == CivilTime.minuteStart(start) else { return }
        tokens -= unusedTokens
        thinkingTokens -= unusedThinking
    }

    /// Counts money of a moment, if its day and month are the current ones.
    ///
    /// - Throws: `MoneyOverflow` if the amounts are beyond all money.
    package mutating func charge(_ amount: PicoUSD, at time: Milliseconds) throws(MoneyOverflow) {
        if day == CivilTime.dayStart(time) { dayAmount = try dayAmount.adding(amount) }
        if month == CivilTime.monthStart(time) { monthAmount = try monthAmount.adding(amount) }
    }
}
