/// The lines about some sites, some hooks, or one delivery. May select a few lines too many: the reader looks again.
///
/// Reading is faster with a selection, because most lines of a large log are checked and not converted.
public struct AccessLogSelection: Sendable {
    private let outcomes: Set<UInt64>
    private let sites: Set<UInt64>
    private let paths: Set<UInt64>
    private let delivery: UInt64?
    private let signedStatus: Int?

    /// Selects lines.
    ///
    /// - Parameters:
    ///   - outcomes: lines with one of these outcomes are selected by their site, and other lines by their path.
    ///   - sites: the names of the sites.
    ///   - paths: the paths of the hooks, without a slash at the end.
    ///   - signedStatus: lines about signed requests with this status are selected, too, whatever their path.
    ///   - delivery: the forge's id of a delivery whose lines are selected, too.
    public init(
        outcomes: some Sequence<String>, sites: [String], paths: [String], signedStatus: Int? = nil,
        delivery: String? = nil
    ) {
        func hashes(_ texts: some Sequence<String>) -> Set<UInt64> {
            Set(texts.map { Self.hash(Array($0.utf8).span, 0..<$0.utf8.count) })
        }
        (self.outcomes, self.sites, self.paths) = (hashes(outcomes), hashes(sites), hashes(paths))
        self.signedStatus = signedStatus
        self.delivery = delivery.flatMap { hashes([$0]).first }
    }

    /// How a line is selected.
    enum Match {
        case none
        case single
        /// Lines of the same kind in a row may be counted in place of being converted.
        case repeatable(kind: UInt64)
    }

    /// Returns how a line is selected.
    ///
    /// - Parameter place: returns the place of a string of the line.
    func match(_ text: Span<UInt8>, _ status: Int?, _ place: (LineParser.Member) -> Range<Int>) -> Match {
        if let delivery, Self.hash(text, place(.delivery)) == delivery { return .single }
        let outcome = Self.hash(text, place(.outcome))
        let site = place(.site)
        if outcomes.contains(outcome) {
            // A list of sites has commas, or was cut.
            for index in site where text[index] == UInt8(ascii: ",") || text[index] == UInt8(ascii: ".") {
                return .single
            }
            return sites.contains(Self.hash(text, site)) ? .single : .none
        }
        let path = place(.path)
        let hasSlash = path.count > 1 && text[path.upperBound - 1] == UInt8(ascii: "/")
        let hook = Self.hash(text, path.lowerBound..<(path.upperBound - (hasSlash ? 1 : 0)))
        let isStray = signedStatus != nil && status == signedStatus && Self.hash(text, place(.signed)) == Self.yes
        guard paths.contains(hook) || isStray else { return .none }
        var kind = outcome &* 31 &+ hook
        for member in [place(.method), place(.reason), place(.signed), site] {
            kind = kind &* 31 &+ Self.hash(text, member)
        }
        return .repeatable(kind: kind &* 31 &+ UInt64(status ?? 0))
    }

    private static let yes = hash(Array("yes".utf8).span, 0..<3)

    /// Returns a hash of the bytes in `range` (FNV-1a, 64 bits).
    private static func hash(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in range { hash = (hash ^ UInt64(text[index])) &* 0x100_0000_01b3 }
        return hash
    }
}
