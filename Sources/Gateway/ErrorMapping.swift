import Billing
import ChatTemplate
import Engine
import OpenAIAPI

/// The one place where errors of the other rooms become what a client is told.
extension APIError {
    /// How long a client should wait for a place in the queue, seconds: a guess at the length of one answer.
    private static let retryDelay = 1

    init(_ error: TemplateError) {
        switch error {
        case .invalidMessages(let field, let message):
            self = .invalidRequest(message, param: field)
        case .raised(_, _, let message):
            self = .invalidRequest("The model's chat template refused the messages: \(message)", param: "messages")
        case .evaluation, .limit:
            self = .invalidRequest(
                "The model's chat template cannot render these messages: \(error)",
                param: "messages"
            )
        case .syntax, .unsupported:
            self = .internalFailure
        }
    }

    init(_ refusal: EngineRefusal) {
        switch refusal {
        case .queueFull(let limit): self = .overloaded(queueLimit: limit, retryAfterSeconds: Self.retryDelay)
        case .queueFullOfTokens(let limit):
            self = .overloaded(queuedTokensLimit: limit, retryAfterSeconds: Self.retryDelay)
        case .doesNotFit(let needed, let available):
            self = .exceedsCapacity(neededTokens: needed, availableTokens: available)
        case .draining: self = .draining(retryAfterSeconds: Self.retryDelay)
        }
    }

    init(_ failure: EngineFailure) {
        switch failure {
        case .noFiniteLogits, .device: self = .internalFailure
        case .shuttingDown: self = .interrupted
        case .deadlineExceeded: self = .deadlineExceeded
        case .deadlineUnreachable(let needed, let own):
            self = .deadlineUnreachable(neededSeconds: needed, isAlone: needed <= own * 1.01)
        }
    }
}

extension APIError {
    init(_ refusal: Refusal) {
        switch refusal {
        case .insufficientFunds(let needed, let spendable, let held):
            self = .insufficientFunds(needed: needed.usd, spendable: spendable.usd, isHeld: held > .zero)
        case .limitExceeded(let excess):
            self = .limitExceeded(
                "\(excess.limit.words) of this \(excess.subject.rawValue)",
                "\(excess.text(excess.allowed)) are allowed, \(excess.text(excess.used)) used or held, and it may take "
                    + excess.text(excess.requested),
                retryAfterSeconds: excess.limit == .parallelRequests
                    ? 1 : excess.retryAfter.map { max(1, ($0 + 999) / 1000) }
            )
        case .noPrice(let model): self = .noPrice(model)
        case .keyExpired: self = .keyEnded("has expired")
        case .keyRevoked: self = .keyEnded("was revoked")
        case .keyUnknown, .accountUnknown: self = .keyInvalid
        case .accountClosed: self = .accountClosed
        case .stillRunning: self = .stillRunning
        case .bodyDiffers: self = .idempotencyBodyDiffers
        case .attemptUnknown: self = .ledgerUnavailable
        }
    }

    init(_ error: LedgerError) {
        switch error {
        case .storage: self = .ledgerUnavailable
        case .unknownAccount(let name): self = .notFound("account", name)
        case .unknownKey(let id): self = .notFound("key", id)
        case .accountExists(let name): self = .conflict("The account \(name) exists already.", code: "account_exists")
        case .accountClosed(let name): self = .conflict("The account \(name) is closed.", code: "account_closed")
        case .accountBusy(let name, let count):
            self = .conflict(
                "The account \(name) has \(count) running requests: wait for their end.",
                code: "account_busy"
            )
        case .accountLeased(let name, let count):
            self = .conflict(
                "The account \(name) has money set aside for servers (\(count)), which is back when it has not asked for a"
                    + " while: revoke its keys to have it sooner.",
                code: "account_busy"
            )
        case .keyRevoked(let id): self = .conflict("The key \(id) is revoked.", code: "key_revoked")
        case .keyExists(let id):
            self = .conflict(
                "The key \(id) was made by an earlier attempt, and its text is kept nowhere: rotate it.",
                code: "key_exists"
            )
        case .grantDiffers: self = .idempotencyBodyDiffers
        case .invalid(let field, let rule):
            self = .invalidRequest("'\(field)' \(rule).", param: field, code: "invalid_value")
        case .moneyOverflow: self = .invalidRequest("The amount is beyond all money.", code: "invalid_value")
        case .unknownLease(let id): self = .notFound("lease", id)
        case .requestExists, .unknownRequest, .settledDifferently, .exceedsHold, .inconsistent: self = .internalFailure
        }
    }
}

extension LimitExcess {
    /// A number in the limit's unit.
    fileprivate func text(_ number: Int) -> String {
        switch limit {
        case .perDay, .perMonth: "$" + PicoUSD(Int64(number)).usd
        default: "\(number)"
        }
    }
}

extension LimitExcess.Limit {
    /// For a sentence.
    fileprivate var words: String {
        switch self {
        case .requestsPerMinute: "requests per minute"
        case .tokensPerMinute: "tokens per minute"
        case .thinkingTokensPerMinute: "thinking tokens per minute"
        case .parallelRequests: "parallel requests"
        case .perDay: "dollars per day"
        case .perMonth: "dollars per month"
        }
    }
}

extension EngineFailure {
    /// Whether nothing is wrong with the server: the client's time was too short.
    var isOfClient: Bool {
        switch self {
        case .deadlineExceeded, .deadlineUnreachable: true
        case .noFiniteLogits, .device, .shuttingDown: false
        }
    }
}
