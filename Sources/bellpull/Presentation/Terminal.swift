import Foundation

/// The width and the colours of the terminal behind an output descriptor.
struct Terminal {
    /// Whether to print colours: only on a terminal with colours, and only if `NO_COLOR` is not set (no-color.org).
    let hasColor: Bool
    /// The number of characters per line; `nil` if the descriptor is not a terminal.
    let width: Int?

    /// Standard output in the environment of this process.
    static let current = Terminal(descriptor: STDOUT_FILENO, environment: ProcessInfo.processInfo.environment)

    init(descriptor: Int32, environment: [String: String]) {
        let isTerminal = isatty(descriptor) == 1
        let refusesColor = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        hasColor = isTerminal && !refusesColor && environment["TERM"] != "dumb"
        var size = winsize()
        let isKnown = isTerminal && ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        width = isKnown ? Int(size.ws_col) : nil
    }

    /// A way to highlight text: a parameter of the escape sequence SGR (ECMA-48 §8.3.117).
    enum Style: Int {
        case bold = 1
        case faint = 2
        case red = 31
        case green = 32
        case yellow = 33
    }

    /// Returns `text` in `style`, or unchanged if the terminal has no colours.
    func styled(_ text: String, _ style: Style?) -> String {
        guard hasColor, !text.isEmpty, let style else { return text }
        return "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m"
    }
}
