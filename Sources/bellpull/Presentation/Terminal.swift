import Foundation

/// What standard output is, as far as it matters for how things look.
struct Terminal {
    /// Whether colours are welcome: on a terminal that knows them, unless `NO_COLOR` is set (no-color.org).
    let hasColor: Bool
    /// How many characters fit in a line; `nil` if it is no terminal.
    let width: Int?

    /// Standard output, in this environment.
    static let current = Terminal(descriptor: STDOUT_FILENO, environment: ProcessInfo.processInfo.environment)

    init(descriptor: Int32, environment: [String: String]) {
        let isTerminal = isatty(descriptor) == 1
        let refusesColor = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        hasColor = isTerminal && !refusesColor && environment["TERM"] != "dumb"
        var size = winsize()
        let isKnown = isTerminal && ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        width = isKnown ? Int(size.ws_col) : nil
    }

    /// A way to stand out.
    enum Style: Int {
        case bold = 1
        case faint = 2
        case red = 31
        case green = 32
        case yellow = 33
    }

    /// `text` in `style`, where colours are welcome.
    func styled(_ text: String, _ style: Style?) -> String {
        guard hasColor, !text.isEmpty, let style else { return text }
        return "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m"
    }
}
