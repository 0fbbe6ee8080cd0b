/// Writes metrics in Prometheus' text format, version 0.0.4.
struct MetricsText {
    /// The kinds of metric.
    enum Kind: String {
        case counter, gauge, histogram
    }

    private var bytes: [UInt8] = []
    private var name = ""

    /// Creates an empty text with room for `capacity` bytes.
    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    /// The text.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Starts the metric `name`. Its samples follow.
    mutating func start(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        append("# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n")
    }

    /// Adds a sample.
    mutating func add(_ value: Int, suffix: String = "", _ labels: (name: StaticString, value: String)...) {
        addName(suffix, labels)
        append(String(value))
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Adds a sample in seconds.
    mutating func add(seconds: Double, suffix: String = "", _ labels: (name: StaticString, value: String)...) {
        addName(suffix, labels)
        append(String(seconds))
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Adds the samples of a histogram.
    mutating func add(_ histogram: Histogram, _ label: (name: StaticString, value: String)? = nil) {
        let labels = label.map { [$0] } ?? []
        var total = 0
        for ((text, _), count) in zip(histogram.limits, histogram.counts) {
            total += count
            addBucket(text, total, labels)
        }
        addBucket("+Inf", histogram.count, labels)
        addName("_sum", labels)
        append(String(histogram.sum / .seconds(1)))
        bytes.append(UInt8(ascii: "\n"))
        addName("_count", labels)
        append("\(histogram.count)\n")
    }

    private mutating func addBucket(_ limit: String, _ count: Int, _ labels: [(name: StaticString, value: String)]) {
        addName("_bucket", labels + [("le", limit)])
        append("\(count)\n")
    }

    private mutating func addName(_ suffix: String, _ labels: [(name: StaticString, value: String)]) {
        append(name)
        append(suffix)
        for (index, label) in labels.enumerated() {
            bytes.append(UInt8(ascii: index == 0 ? "{" : ","))
            label.name.withUTF8Buffer { bytes.append(contentsOf: $0) }
            bytes.append(UInt8(ascii: "="))
            bytes.append(UInt8(ascii: "\""))
            appendEscaped(label.value)
            bytes.append(UInt8(ascii: "\""))
        }
        if !labels.isEmpty { bytes.append(UInt8(ascii: "}")) }
        bytes.append(UInt8(ascii: " "))
    }

    /// Escapes the three characters that end a label value or a line.
    private mutating func appendEscaped(_ value: String) {
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): append("\\\\")
            case UInt8(ascii: "\""): append("\\\"")
            case UInt8(ascii: "\n"): append("\\n")
            default: bytes.append(byte)
            }
        }
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
