/// The positions of a row's elements by a hash of each, in at most 16 bytes per element. A dictionary takes three times as much.
struct HashIndex {
    /// Open addressing: position + 1, or 0 for a free slot. At least half of the slots are free.
    private var slots: [UInt32]
    private let mask: Int

    /// Indexes the elements with the hashes `hashes`. Equal hashes are in the order of their positions.
    init(_ hashes: some Collection<Int>) {
        var size = 16
        while size < 2 * hashes.count { size *= 2 }
        slots = [UInt32](repeating: 0, count: size)
        mask = size - 1
        for (position, hash) in hashes.enumerated() {
            var slot = hash & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = UInt32(position + 1)
        }
    }

    /// Returns the first position for which `isFound` is true, of those that may have `hash`; `nil` if there is none.
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
