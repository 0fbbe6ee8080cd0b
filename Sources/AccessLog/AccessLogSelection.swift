/// The lines about some sites, some hooks, or one delivery. May select a few lines too many: the reader looks again.
///
/// Reading is faster with a selection, because most lines of a large log are checked and not converted.
public struct AccessLogSelection: Sendable {
    private let outcomes: Set<UInt64>
    private let sites: Set<UInt64>
    /// The hooks by their paths, with and without a slash at the end.
    private let hooks: [UInt64: UInt64]
    private let delivery: UInt64?
    /// The paths of the shared hook if no site uses it.
    private let unused: Set<UInt64>
    private let rejection: UInt64?
    private let stray: (outcome: UInt64, status: Int)?
    private let check: UInt64?

    /// How many paths without a hook are of interest.
    public static let strayPaths = 16

    /// Selects lines.
    ///
    /// - Parameters:
    ///   - outcomes: lines with one of these outcomes are selected by their site, and other lines by their path.
    ///   - sites: the names of the sites.
    ///   - paths: the paths of the hooks, without a slash at the end.
    ///   - mount: the path of the shared hook, which is selected even if no site uses it.
    ///   - rejection: the outcome of requests with a wrong signature or none.
    ///   - stray: the outcome and the status of requests to paths without a hook. The newest lines about signed requests are
    ///     selected, one for each path.
    ///   - check: the id of a delivery whose lines say the same as no other line.
    ///   - delivery: the forge's id of a delivery whose lines are selected, too.
    public init(
        outcomes: some Sequence<String>, sites: [String], paths: [String], mount: String? = nil,
        rejection: String? = nil,
        stray: (outcome: String, status: Int)? = nil, except check: String? = nil, delivery: String? = nil
    ) {
        func hash(_ text: String) -> UInt64 {
            text.utf8.reduce(into: Hash()) { $0.add($1) }.value
        }
        self.outcomes = Set(outcomes.map(hash))
        self.sites = Set(sites.map(hash))
        let all = paths + (mount.map { [$0] } ?? [])
        hooks = Dictionary(all.flatMap { [(hash($0), hash($0)), (hash("\($0)/"), hash($0))] }) { first, _ in first }
        unused = Set(mount.map { paths.contains($0) ? [] : [hash($0), hash("\($0)/")] } ?? [])
        self.rejection = rejection.map(hash)
        self.stray = stray.map { (outcome: hash($0.outcome), status: $0.status) }
        self.check = check.map(hash)
        self.delivery = delivery.map(hash)
    }

    /// How a line is selected.
    enum Match {
        case none
        case single
        /// Only the last of lines of the same kind in a row is of interest.
        case latest(kind: UInt64)
        /// Lines of the same kind in a row, or in a stream of lines, may be counted in place of being converted.
        case repeatable(kind: UInt64, stream: UInt64?)
        /// A request to a path without a hook.
        case stray(path: UInt64)
    }

    /// Returns how a line is selected.
    ///
    /// - Parameter place: returns the place of a string of the line.
    func match(_ text: Span<UInt8>, _ status: Int?, _ place: (LineParser.Member) -> Range<Int>) -> Match {
        if let delivery, Self.hash(text, place(.delivery)) == delivery { return .single }
        let outcome = Self.hash(text, place(.outcome))
        if outcomes.contains(outcome) {
            guard isAbout(text, place(.site)) else { return .none }
            return .latest(kind: text.hash(place(.site)) &* 31 &+ text.hash(place(.method)))
        }
        let path = Self.hash(text, place(.path))
        let hook = hooks[path]
        let isStray =
            (hook == nil || unused.contains(path)) && outcome == stray?.outcome && status == stray?.status
        guard hook != nil || isStray else { return .none }
        if let check, Self.hash(text, place(.delivery)) == check { return .single }
        let signed = Self.hash(text, place(.signed))
        if isStray, signed == Self.yes, Self.hash(text, place(.method)) == Self.post { return .stray(path: path) }
        guard let hook else { return .none }
        var kind = UInt64(status ?? 0)
        for member in Self.telling { kind = kind &* 31 &+ text.hash(place(member)) }
        let isOfStream = outcome == rejection && (signed == Self.yes || signed == Self.no)
        return .repeatable(kind: kind, stream: isOfStream ? hook &* 2 &+ (signed == Self.yes ? 1 : 0) : nil)
    }

    private static let yes = hash(Array("yes".utf8).span, 0..<3)
    private static let no = hash(Array("no".utf8).span, 0..<2)
    private static let post = hash(Array("POST".utf8).span, 0..<4)
    /// The members in which lines about a hook must agree to be counted in place of being converted.
    private static let telling: [LineParser.Member] = [.outcome, .method, .path, .site, .reason, .signed]

    /// Returns whether the string at `place` is the name of a selected site, or several names with commas between them, one of
    /// them selected.
    private func isAbout(_ text: Span<UInt8>, _ place: Range<Int>) -> Bool {
        var (all, name) = (Hash(), Hash())
        var isFound = false
        Self.forEachByte(of: text, place) { byte in
            all.add(byte)
            if byte == UInt8(ascii: ",") {
                isFound = isFound || sites.contains(name.value)
                name = Hash()
            } else {
                name.add(byte)
            }
        }
        return isFound || sites.contains(name.value) || sites.contains(all.value)
    }

    // MARK: Hashes

    /// A hash of bytes (FNV-1a, 64 bits).
    private struct Hash {
        var value: UInt64 = 0xcbf2_9ce4_8422_2325

        mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }

    /// Returns the hash of the string at `place`.
    private static func hash(_ text: Span<UInt8>, _ place: Range<Int>) -> UInt64 {
        var hash = Hash()
        forEachByte(of: text, place) { hash.add($0) }
        return hash.value
    }

    /// Calls `body` with each byte of the string at `place`, in which the parser has found no malformed escape.
    private static func forEachByte(of text: Span<UInt8>, _ place: Range<Int>, _ body: (UInt8) -> Void) {
        var index = place.lowerBound
        while index < place.upperBound {
            let byte = text[index]
            index += 1
            if byte != UInt8(ascii: "\\") {
                body(byte)
            } else if let scalar = try? LineParser.escape(in: text, &index) {
                UTF8.encode(scalar)?.forEach(body)
            }
        }
    }
}
