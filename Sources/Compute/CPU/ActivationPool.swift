import Synchronization

/// Keeps the memory of finished products for the next ones: one piece for each thread that multiplies at the same time.
final class ActivationPool: Sendable {
    private let idle = Mutex<[ActivationMemory]>([])

    /// Memory of at least that size, if there is any.
    ///
    /// What is too small is let go, so that a pool holds no more than its largest products need.
    func borrow(byteCount: Int) -> ActivationMemory? {
        idle.withLock { idle in
            guard let memory = idle.popLast() else { return nil }
            return memory.byteCount >= byteCount ? memory : nil
        }
    }

    /// Takes memory back.
    func giveBack(_ memory: ActivationMemory) {
        idle.withLock { $0.append(memory) }
    }
}
