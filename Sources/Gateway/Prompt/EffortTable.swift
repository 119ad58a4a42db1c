package import OpenAIAPI

/// How many thinking tokens an effort stands for; `none` is always 0.
package struct EffortTable: Sendable, Equatable {
    package var minimal = 128
    package var low = 1024
    package var medium = 2048
    package var high = 4096
    package var xhigh = 8192
    package var max = 16384

    package init() {}

    package func tokens(_ effort: ReasoningEffort) -> Int {
        switch effort {
        case .off: 0
        case .minimal: minimal
        case .low: low
        case .medium: medium
        case .high: high
        case .xhigh: xhigh
        case .max: max
        }
    }
}
