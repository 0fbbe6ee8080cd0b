import Testing

@testable import bellpull

@Suite struct `an index of hashes` {
    @Test func `finds every element, also of equal and of neighbouring hashes`() {
        let hashes = (0..<1000).map { [16, 7, 15, -1, $0, $0 << 32, Int.min + $0 / 3][$0 % 7] }
        let index = HashIndex(hashes)
        for position in hashes.indices {
            #expect(index.first(hashes[position]) { $0 == position } == position)
        }
        #expect(index.first(7) { hashes[$0] == 7 } == hashes.firstIndex(of: 7))
    }

    /// GitLab sends no ids of deliveries.
    @Test func `leaves out a million elements without a hash`() {
        let index = HashIndex([Int](repeating: 0, count: 1_000_000) + [5])
        #expect(index.first(0) { _ in true } == nil)
        #expect(index.first(5) { _ in true } == 1_000_000)
    }

    @Test func `ends the search for what is not there`() {
        for count in [0, 1, 8, 9, 100] {
            let hashes = [Int](repeating: 5, count: count)
            #expect(HashIndex(hashes).first(5) { _ in false } == nil)
            #expect(HashIndex(hashes).first(21) { hashes[$0] == 21 } == nil)
        }
    }
}
