/// Selected lines that are not converted yet, because a later line may say the same. Of such lines only the last one is
/// converted.
struct HeldLines {
    /// The last of several lines that say the same.
    struct Held {
        fileprivate let stream: UInt64?
        fileprivate let kind: UInt64
        /// The line.
        fileprivate(set) var text: [UInt8] = []
        /// The number of the lines; 1 if they are not counted.
        fileprivate(set) var count = 0
    }

    /// The most streams.
    private let limit: Int
    /// In the order of their last lines.
    private var held: [Held] = []

    init(limit: Int) { self.limit = limit }

    /// Holds a line, and returns the lines that cannot be held any longer, in their order.
    ///
    /// - Parameters:
    ///   - kind: the same number for lines that say the same.
    ///   - stream: lines of two streams may be converted in another order; `nil` if all lines before this one must be
    ///     converted before.
    mutating func add(_ text: Span<UInt8>, _ kind: UInt64, in stream: UInt64?, isCounted: Bool = true) -> [Held] {
        var released: [Held] = []
        var line = Held(stream: stream, kind: kind)
        if let index = held.lastIndex(where: { $0.stream == stream }) {
            let before = held.remove(at: index)
            if before.kind == kind { line = before } else { released = [before] }
        } else if stream == nil || held.first?.stream == .some(nil) {
            released = removeAll()
        } else if held.count == limit {
            released = [held.removeFirst()]
        }
        line.text.removeAll(keepingCapacity: true)
        text.withUnsafeBufferPointer { line.text.append(contentsOf: $0) }
        line.count = isCounted ? line.count + 1 : 1
        held.append(line)
        return released
    }

    /// Returns all lines, which are held no longer.
    mutating func removeAll() -> [Held] {
        defer { held.removeAll(keepingCapacity: true) }
        return held
    }
}
