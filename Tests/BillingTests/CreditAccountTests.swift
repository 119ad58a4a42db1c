import Testing

@testable import Billing

/// Tables after the rules of AWS's burstable machines, with tokens for vCPU minutes.
@Suite struct CreditAccountTests {
    private static let start = CivilTime.moment("2026-03-10T00:00:00Z") ?? 0
    private static let price = PicoUSD(7000)

    /// T3's rates in credits an hour, and the 24-hour caps that AWS's table lists for them.
    @Test(
        "a day's earnings are the cap",
        arguments: [(6, 144), (12, 288), (24, 576), (36, 864), (96, 2304), (192, 4608)]
    )
    func earning(rate: Int, cap: Int) {
        let plan = CreditPlan(name: "t3", earnRate: rate)
        #expect(plan.cap == cap)
        var account = CreditAccount(plan: plan, at: Self.start)
        for hour in 1...30 {
            account.accrue(to: Self.start + hour * CivilTime.hour)
            #expect(account.report.earned == min(rate * hour, cap))
        }
    }

    @Test("earnings are exact to the millisecond, in however many steps they are read")
    func exactness() {
        let plan = CreditPlan(name: "p", earnRate: 7, baseline: 3)
        var once = CreditAccount(plan: plan, at: Self.start)
        var often = once
        _ = once.reserve(tokens: 3, surplusPrice: Self.price)
        _ = often.reserve(tokens: 3, surplusPrice: Self.price)
        var time = Self.start
        for step in 1...10_000 {
            time += step % 97
            often.accrue(to: time)
        }
        once.accrue(to: time)
        #expect(once == often)
        // 7 credits an hour: the first is whole after 514,285.71 ms.
        var account = CreditAccount(plan: CreditPlan(name: "p", earnRate: 7), at: 0)
        account.accrue(to: 514_285)
        #expect(account.availableTokens == 0)
        account.accrue(to: 514_286)
        #expect(account.availableTokens == 1)
    }

    @Test("time that goes back changes nothing, and centuries do not overflow")
    func oddTimes() {
        var account = CreditAccount(plan: CreditPlan(name: "p", earnRate: 1_000_000_000), at: Self.start)
        account.accrue(to: Self.start - CivilTime.day)
        #expect(account.report.earned == 0)
        account.accrue(to: Int.max / 2)
        #expect(account.report.earned == 24_000_000_000)
    }

    @Test("launch credits come first and lie outside the cap")
    func launch() {
        var account = CreditAccount(plan: CreditPlan(name: "p", earnRate: 10, launch: 60), at: Self.start)
        account.accrue(to: Self.start + CivilTime.day)
        #expect(account.report.granted == 60)
        #expect(account.report.earned == 240)
        let reservation = account.reserve(tokens: 50, surplusPrice: Self.price)
        _ = account.settle(reservation, usedTokens: 50)
        #expect(account.report.granted == 10)
        #expect(account.report.earned == 240)
        let next = account.reserve(tokens: 30, surplusPrice: Self.price)
        _ = account.settle(next, usedTokens: 30)
        #expect(account.report.granted == 0)
        #expect(account.report.earned == 220)
        // The cap is full of earnings again after two hours; launch credits do not come back.
        account.accrue(to: Self.start + CivilTime.day + 3 * CivilTime.hour)
        #expect(account.report.granted == 0)
        #expect(account.report.earned == 240)
    }

    @Test("standard mode shrinks thoughts to balance and baseline, and down to none")
    func standard() {
        var account = CreditAccount(plan: CreditPlan(name: "p", earnRate: 60, baseline: 5), at: Self.start)
        #expect(account.availableTokens == 5)
        let first = account.reserve(tokens: 100, surplusPrice: Self.price)
        #expect(first.total == CreditAmount(credits: 5))
        #expect(account.reserve(tokens: 100, surplusPrice: Self.price).total == .zero)
        _ = account.settle(first, usedTokens: 5)
        // After half a minute: 2.5 tokens of the baseline and half a credit, which are 3 tokens together.
        account.accrue(to: Self.start + 30_000)
        #expect(account.availableTokens == 3)
        // The baseline is one minute's, however long nobody thinks; credits go on.
        account.accrue(to: Self.start + CivilTime.hour)
        #expect(account.report.baseline == 5)
        #expect(account.report.earned == 60)
    }

    @Test("what was reserved and not thought comes back, to where it came from")
    func givingBack() {
        var account = CreditAccount(plan: CreditPlan(name: "p", earnRate: 10, launch: 20, baseline: 5), at: Self.start)
        account.accrue(to: Self.start + CivilTime.day)
        let before = account
        let reservation = account.reserve(tokens: 200, surplusPrice: Self.price)
        #expect(account.report.reserved == 195)
        #expect(account.settle(reservation, usedTokens: 0) == CreditReservation())
        #expect(account == before)
        let again = account.reserve(tokens: 200, surplusPrice: Self.price)
        let spent = account.settle(again, usedTokens: 7)
        #expect(spent.baseline == CreditAmount(credits: 5))
        #expect(spent.granted == CreditAmount(credits: 2))
        #expect(account.report.available == before.report.available - 7)
    }

    @Test("surplus up to a day's earnings is free if it is earned back")
    func surplusEarnedBack() {
        let plan = CreditPlan(name: "p", earnRate: 10, mode: .unlimited)
        var account = CreditAccount(plan: plan, at: Self.start)
        let reservation = account.reserve(tokens: 240, surplusPrice: Self.price)
        let spent = account.settle(reservation, usedTokens: 240)
        #expect(spent.chargedTokens == 0)
        #expect(account.surplusTokens == 240)
        #expect(account.surplusPrice == Self.price)
        // Earnings pay what is owed before a balance grows.
        account.accrue(to: Self.start + 20 * CivilTime.hour)
        #expect(account.surplusTokens == 40)
        #expect(account.report.earned == 0)
        account.accrue(to: Self.start + 25 * CivilTime.hour)
        #expect(account.surplusTokens == 0)
        #expect(account.report.earned == 10)
        #expect(account.chargeSurplus() == 0)
        #expect(account.surplusPrice == .zero)
    }

    @Test("surplus beyond a day's earnings is charged")
    func surplusCharged() {
        let plan = CreditPlan(name: "p", earnRate: 10, mode: .unlimited)
        var account = CreditAccount(plan: plan, at: Self.start)
        account.accrue(to: Self.start + CivilTime.hour)
        let reservation = account.reserve(tokens: 300, surplusPrice: Self.price)
        #expect(reservation.earned == CreditAmount(credits: 10))
        #expect(reservation.surplus == CreditAmount(credits: 240))
        #expect(reservation.chargedTokens == 50)
        #expect(account.settle(reservation, usedTokens: 260).chargedTokens == 10)
        #expect(account.report.surplusCharged == 10)
        #expect(account.report.surplus == 240)
    }

    @Test("earnings during a request pay the surplus it makes")
    func earningsMeanwhile() {
        var account = CreditAccount(plan: CreditPlan(name: "p", earnRate: 10, mode: .unlimited), at: Self.start)
        let reservation = account.reserve(tokens: 30, surplusPrice: Self.price)
        account.accrue(to: Self.start + 2 * CivilTime.hour)
        _ = account.settle(reservation, usedTokens: 30)
        #expect(account.surplusTokens == 10)
        #expect(account.report.earned == 0)
    }

    @Test("a smaller plan keeps what fits, a larger one gives no second launch")
    func changing() {
        var account = CreditAccount(plan: CreditPlan(name: "a", earnRate: 100, launch: 9), at: Self.start)
        account.accrue(to: Self.start + CivilTime.day)
        account.change(to: CreditPlan(name: "b", earnRate: 10, launch: 50))
        #expect(account.report.earned == 240)
        #expect(account.report.granted == 9)
    }

    @Test("ten thousand random acts: no balance below zero, no credit made or lost")
    func randomActs() {
        var random = SplitMix(seed: 11)
        for _ in 0..<100 {
            let plan = CreditPlan(
                name: "r",
                earnRate: random.below(1000),
                launch: random.below(500),
                baseline: random.below(50)
            )
            var account = CreditAccount(plan: plan, at: Self.start)
            var time = Self.start
            var open: [CreditReservation] = []
            var used = 0
            for _ in 0..<100 {
                switch random.next() % 3 {
                case 0:
                    time += random.below(600_000)
                    account.accrue(to: time)
                case 1:
                    let wanted = random.below(2000)
                    let reservation = account.reserve(tokens: wanted, surplusPrice: Self.price)
                    #expect(reservation.total <= CreditAmount(credits: wanted))
                    #expect(reservation.surplus == .zero && reservation.charged == .zero)
                    open.append(reservation)
                default:
                    guard let reservation = open.popLast() else { continue }
                    let count = random.below(reservation.total.credits + 1)
                    _ = account.settle(reservation, usedTokens: count)
                    used += count
                }
                #expect((account.availableTokens ?? -1) >= 0)
            }
            let hours = (time - Self.start) / CivilTime.hour + 1
            // Everything that was thought was earned, launched, or in a minute's baseline.
            let mostEver = plan.launch + plan.earnRate * hours + plan.baseline * (60 * hours + 1)
            #expect(used <= mostEver)
        }
    }
}
