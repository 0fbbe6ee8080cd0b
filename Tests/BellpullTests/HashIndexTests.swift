import Testing

@testable import bellpull

@Suite struct `an index of hashes` {
    @Test func `finds every element, also of equal and of neighbouring hashes`() {
        let hashes = (0..<1000).map { [0, 7, 15, -1, $0, $0 << 32, Int.min + $0 / 3][$0 % 7] }
        let index = HashIndex(hashes)
        for position in hashes.indices {
            #expect(index.first(hashes[position]) { $0 == position } == position)
        }
        #expect(index.first(7) { hashes[$0] == 7 } == hashes.firstIndex(of: 7))
    }

    @Test func `ends the search for what is not there`() {
        for count in [0, 1, 8, 9, 100] {
            let hashes = [Int](repeating: 5, count: count)
            #expect(HashIndex(hashes).first(5) { _ in false } == nil)
            #expect(HashIndex(hashes).first(21) { hashes[$0] == 21 } == nil)
        }
    }
}
