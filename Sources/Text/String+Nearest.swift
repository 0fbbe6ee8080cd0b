extension String {
    /// Returns the candidate with the smallest edit distance, or `nil` if no candidate is close: a third of the shorter text
    /// may differ, and one letter always.
    public func nearest(of candidates: [String]) -> String? {
        let distances = candidates.map { (candidate: $0, distance: distance(to: $0)) }
        guard let best = distances.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= Swift.max(1, Swift.min(count, best.candidate.count) / 3) ? best.candidate : nil
    }

    /// Returns the Levenshtein distance to `other`: the least number of bytes to insert, delete or replace. If either
    /// text has 64 bytes or more, returns the longer length.
    private func distance(to other: String) -> Int {
        let (left, right) = (Array(utf8), Array(other.utf8))
        guard left.count < 64, right.count < 64 else { return Swift.max(left.count, right.count) }
        var row = Array(0...right.count)
        for (i, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, otherByte) in right.enumerated() {
                let replaced = diagonal + (byte == otherByte ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = Swift.min(replaced, row[j] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
