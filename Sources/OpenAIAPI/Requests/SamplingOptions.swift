/// How a request wants its tokens drawn; `nil` leaves it to the server's default.
package struct SamplingOptions: Sendable, Equatable {
    /// 0 to 2; 0 takes the likeliest token.
    package var temperature: Double?
    /// Above 0, at most 1.
    package var topP: Double?
    /// How many of the likeliest tokens are kept; 0 keeps all, as a `top_k` of -1 does.
    package var topK: Int?
    /// Any 64-bit integer.
    package var seed: Int64?

    package init() {}
}
