/// A clock on which everything takes another time, so that the pacer's limits go up and down.
final class TestClock {
    private var random = TestRandom(7)
    private var seconds = 0.0

    func next() -> Double {
        seconds += Double.random(in: 0...0.004, using: &random)
        return seconds
    }
}
