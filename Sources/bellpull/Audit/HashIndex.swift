/// Finds the positions of elements by their hashes. Takes at most 16 bytes per element, a third of a dictionary.
struct HashIndex {
    /// Open addressing: position + 1, or 0 for a free slot. At least half of the slots are free.
    private var slots: [UInt32]
    private let mask: Int

    /// Indexes elements by `hashes`, equal hashes in the order of their positions. Leaves out elements with the hash 0, which
    /// stands for no hash: a search among many equal hashes would take too long.
    init(_ hashes: some Collection<Int>) {
        var size = 16
        while size < 2 * hashes.count { size *= 2 }
        slots = [UInt32](repeating: 0, count: size)
        mask = size - 1
        for (position, hash) in hashes.enumerated() where hash != 0 {
            var slot = hash & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = UInt32(position + 1)
        }
    }

    /// Calls `isFound` with the positions that may have `hash`, until `isFound` returns true. Returns that position; `nil` if
    /// there is none.
    func first(_ hash: Int, where isFound: (Int) -> Bool) -> Int? {
        var slot = hash & mask
        while slots[slot] != 0 {
            let position = Int(slots[slot]) - 1
            if isFound(position) { return position }
            slot = (slot + 1) & mask
        }
        return nil
    }
}
