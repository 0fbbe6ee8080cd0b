/// Replaces secret values in the output of a command, also a value that is cut in two between two pieces of the output.
struct OutputMask {
    /// What a value is replaced with.
    static let replacement = Array("***".utf8)

    /// Shorter values are not masked: they would tear up any text.
    private static let shortest = 4

    /// The values, the longest first, so that a value within another one leaves nothing behind.
    private let values: [[UInt8]]
    private let longest: Int
    private var rest: [UInt8] = []

    /// Masks the values of `variables`, and each line of a value with several.
    init(_ variables: [String: String]) {
        let texts = variables.values.flatMap { [$0] + $0.split(whereSeparator: \.isNewline).map(String.init) }
        values = Set(texts).map { Array($0.utf8) }.filter { $0.count >= Self.shortest }.sorted { $0.count > $1.count }
        longest = values.first?.count ?? 0
    }

    /// Returns what of the output is certain so far, masked.
    mutating func mask(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        guard longest > 0 else { return Array(bytes) }
        rest += bytes
        return take(keeping: longest - 1)
    }

    /// Returns `text`, masked.
    func masked(_ text: String) -> String {
        var mask = self
        let start = Array(text.utf8).withUnsafeBytes { mask.mask($0) }
        return String(decoding: start + mask.finish(), as: UTF8.self)
    }

    /// Returns the end of the output.
    mutating func finish() -> [UInt8] { take(keeping: 0) }

    /// Masks the values that begin before the last `count` bytes.
    private mutating func take(keeping count: Int) -> [UInt8] {
        let end = rest.count - count
        guard end > 0 else { return [] }
        var result: [UInt8] = []
        result.reserveCapacity(end)
        var position = 0
        let firsts = Set(values.compactMap(\.first))
        while position < end {
            if firsts.contains(rest[position]), let value = values.first(where: { rest[position...].starts(with: $0) })
            {
                result += Self.replacement
                position += value.count
            } else {
                result.append(rest[position])
                position += 1
            }
        }
        rest.removeFirst(min(position, rest.count))
        return result
    }
}
