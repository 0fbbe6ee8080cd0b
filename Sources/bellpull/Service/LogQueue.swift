/// The log lines that wait to be written: a plain value, bounded in lines and bytes. `LogWriter` puts a lock and a thread
/// around it.
///
/// If the queue is full, further lines are dropped and counted until the queue is half empty. A notice with their number
/// takes their place in the order.
struct LogQueue {
    /// The most lines that wait.
    static let lineLimit = 10_000
    /// The most bytes that wait.
    static let byteLimit = 4 << 20
    /// The most bytes to write at once, unless one line is longer: a write of up to PIPE_BUF bytes to a pipe is never
    /// mixed with the lines of another process (pipe(7)).
    private static let chunk = 4096

    /// The lines in order. The next line is at `first`; earlier lines are taken.
    private var lines: [String] = []
    private var first = 0
    private var byteCount = 0
    /// How many lines were dropped since the last notice.
    private var lost = 0
    private let notice: (Int) -> String

    /// Creates an empty queue. `notice` returns the line for a number of dropped lines.
    init(notice: @escaping (Int) -> String) {
        self.notice = notice
    }

    /// Whether nothing waits, not even a notice.
    var isEmpty: Bool { first == lines.count && lost == 0 }

    /// Adds a line, or counts the line as lost.
    mutating func append(_ line: String) {
        guard hasRoom(for: line) else {
            lost += 1
            return
        }
        addNotice()
        add(line)
    }

    /// Takes the next lines, up to `chunk` bytes in all; empty if nothing waits.
    mutating func next() -> String {
        if first == lines.count { addNotice() }
        var text = ""
        while first < lines.count, text.isEmpty || text.utf8.count + lines[first].utf8.count <= Self.chunk {
            text += lines[first]
            byteCount -= lines[first].utf8.count
            first += 1
        }
        // Removing the first line each time would move all the others each time.
        if first == lines.count || first > 512 {
            lines.removeFirst(first)
            first = 0
        }
        return text
    }

    private func hasRoom(for line: String) -> Bool {
        let share = lost == 0 ? 1 : 2
        return lines.count - first < Self.lineLimit / share
            && byteCount + line.utf8.count <= Self.byteLimit / share
    }

    private mutating func addNotice() {
        guard lost > 0 else { return }
        add(notice(lost))
        lost = 0
    }

    private mutating func add(_ line: String) {
        lines.append(line)
        byteCount += line.utf8.count
    }
}
