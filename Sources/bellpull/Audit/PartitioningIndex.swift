extension RandomAccessCollection where Index == Int {
    /// Returns the index of the first element for which `isAfter` is true; `endIndex` if there is none. `isAfter` must be true
    /// for all elements after that one, too.
    func partitioningIndex(where isAfter: (Element) -> Bool) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = (low + high) / 2
            if isAfter(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
