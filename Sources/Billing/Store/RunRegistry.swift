/// Tells living servers from dead ones, for a store that several servers share.
///
/// Every run of a server marks itself alive every few seconds; the store's own clock measures the silence of others, so
/// that it does not matter what the clocks of the servers show.
package protocol RunRegistry {
    /// Notes that a run of a server lives. A hold does the same for its run.
    func markAlive(instance: String) throws(StoreError)
    /// The runs with open holds that nothing was heard of for so long.
    func silentRuns(for silence: Duration) throws(StoreError) -> Set<String>
    /// Forgets runs without open holds that nothing was heard of for so long.
    func forgetRuns(silentFor silence: Duration) throws(StoreError)
}
