internal import Foundation

/// The names of a log and its rotated files: `access.log`, `access.log.1`, `access.log.2.gz`, or with dates
/// `access.log-20261124.gz` (logrotate(8), `dateext`).
struct RotatedNames {
    /// The paths, the oldest file first and the log itself last.
    let oldestFirst: [String]

    init(of path: String) {
        let url = URL(fileURLWithPath: path)
        let (folder, name) = (url.deletingLastPathComponent().path, url.lastPathComponent)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let rotated = names.compactMap { Rotated($0, of: name) }
        let plain = Set(rotated.filter { !$0.isCompressed }.map(\.order))
        // A file is being compressed while both are there.
        let kept = rotated.filter { !$0.isCompressed || !plain.contains($0.order) }
        oldestFirst = kept.sorted { $0.order < $1.order }.map { "\(folder)/\($0.name)" } + [path]
    }

    private struct Rotated {
        /// Sorts the oldest file first. Dated files are older than numbered ones.
        struct Order: Comparable, Hashable {
            let isNumbered: Bool
            let value: Int

            static func < (left: Order, right: Order) -> Bool {
                left.isNumbered == right.isNumbered ? left.value < right.value : !left.isNumbered
            }
        }

        let name: String
        let order: Order
        let isCompressed: Bool

        init?(_ name: String, of log: String) {
            guard name.hasPrefix(log) else { return nil }
            var suffix = name.dropFirst(log.count)
            isCompressed = suffix.hasSuffix(".gz")
            if isCompressed { suffix = suffix.dropLast(3) }
            let digits = suffix.dropFirst()
            guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits)
            else { return nil }
            switch suffix.first {
            case ".": order = Order(isNumbered: true, value: -number)
            // `dateformat` may add the hour or the seconds since 1970.
            case "-" where digits.count >= 8: order = Order(isNumbered: false, value: number)
            default: return nil
            }
            self.name = name
        }
    }
}
